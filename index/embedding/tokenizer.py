"""XLM-RoBERTa's tokenizer from the packed pieces, which opens at once.

What splits a text is made for that text, of the pieces that stand in it (``index.embedding.pieces``);
the tokens are those of the whole tokenizer, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embedding.packed_file import PackedModel
from index.embedding.pieces import Pieces

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer
    from tokenizers.pre_tokenizers import PreTokenizer

BEGIN, PADDING, END, UNKNOWN = range(4)
"""Ids of the tokens that are no text."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as tokens, without those that begin and end it.

    Attributes:
        ids: "</s>" in a text is text, and unknown.
        offsets: Where each token stands, in characters of the text.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]


class PackagedTokenizer:
    """The packaged encoder's tokenizer. Safe to use from several threads.

    Args:
        folder: Where ``index.embedding.pieces.write_pieces`` wrote to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def encode(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, shape (texts,)."""
        from tokenizers import Tokenizer, models

        normalizer = self._normalizer
        normalised = [normalizer.normalize_str(text) for text in texts]
        found = self._pieces.standing_in(normalised)
        tokenizer = Tokenizer(models.Unigram(found.pieces, unk_id=0, byte_fallback=False))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, _pre_tokenizer()
        return [
            Tokens(np.maximum(found.ids[one.ids], UNKNOWN).tolist(), one.offsets)
            for one in tokenizer.encode_batch(texts, add_special_tokens=False)
        ]

    @cached_property
    def _normalizer(self) -> Normalizer:
        return _normalizer()

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(self._folder)


def build_tokenizer(packed: PackedModel) -> Tokenizer:
    """XLM-RoBERTa's whole tokenizer from the packed pieces: NFKC, metaspace, Unigram."""
    from tokenizers import Tokenizer, models, processors

    tokenizer = Tokenizer(models.Unigram([*packed.pieces], unk_id=packed.unk, byte_fallback=False))
    tokenizer.normalizer, tokenizer.pre_tokenizer = _normalizer(), _pre_tokenizer()
    bos, eos = packed.pieces[packed.bos][0], packed.pieces[packed.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, packed.bos), (eos, packed.eos)],
    )
    return tokenizer


def _normalizer() -> Normalizer:
    """NFKC as SentencePiece's ``nmt_nfkc`` has it.

    That drops control characters, turns zero-width ones into spaces and keeps the full-width tilde,
    which plain NFKC folds: hence the replacements around it.
    """
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x01-\x08\x0B\x0E-\x1F\x7F\x{8F}\x{9F}]"), ""),
            normalizers.Replace(
                Regex(
                    r"[\t\n\x0C\r\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
                ),
                " ",
            ),
            normalizers.Replace("\uff5e", "\ue000"),
            normalizers.NFKC(),
            normalizers.Replace("\ue000", "\uff5e"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _pre_tokenizer() -> PreTokenizer:
    from tokenizers import pre_tokenizers

    return pre_tokenizers.Metaspace(prepend_scheme="always")
