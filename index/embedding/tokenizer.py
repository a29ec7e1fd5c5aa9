"""XLM-RoBERTa's tokenizer from the packed pieces, which opens quickly for Chinese and English.

Of the 250,000 pieces half can stand only in other scripts. A tokenizer of the other half gives the
same tokens, byte for byte, for every text that has no such character: a Unigram model looks only at
pieces that stand in the text, and the least likely piece, by which it weighs unknown characters, is
kept. Other texts are read by the whole tokenizer, which is opened when one comes.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embedding.packed_file import PackedModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BEGIN, PADDING, END, UNKNOWN = range(4)
"""Ids of the tokens that are no text."""

_WHOLE, _COMMON, _IDS = "tokenizer.json", "tokenizer-zh-en.json", "tokenizer-zh-en.npy"
_COMMON_BLOCKS = (
    (0x0000, 0x0100),  # ASCII, Latin-1
    (0x0391, 0x03CA),  # Greek, as in formulas
    (0x2010, 0x2070),  # punctuation
    (0x2190, 0x2600),  # arrows, signs of mathematics, enclosed letters, shapes
    (0x3000, 0xA000),  # Chinese punctuation, kana, Han
    (0xFF00, 0xFFF0),  # full-width forms
)


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
        folder: Where ``write_tokenizers`` wrote to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, shape (texts,)."""
        common = [is_common(text) for text in texts]
        found: dict[int, Tokens] = {}
        for kind in set(common):
            places = [at for at, is_of_kind in enumerate(common) if is_of_kind is kind]
            with self._lock:
                tokenizer, ids = self._of_common if kind else self._of_all
            some = tokenizer.encode_batch([texts[at] for at in places], add_special_tokens=False)
            for at, one in zip(places, some, strict=True):
                found[at] = Tokens(np.maximum(ids[one.ids], UNKNOWN).tolist(), one.offsets)
        return [found[at] for at in range(len(texts))]

    @cached_property
    def _of_common(self) -> tuple[Tokenizer, NDArray[np.int32]]:
        return self._open(_COMMON), np.load(self._folder / _IDS)

    @cached_property
    def _of_all(self) -> tuple[Tokenizer, NDArray[np.int32]]:
        whole = self._open(_WHOLE)
        return whole, np.arange(whole.get_vocab_size(), dtype=np.int32)

    def _open(self, name: str) -> Tokenizer:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._folder / name))


def is_common(text: str) -> bool:
    """Whether all characters are of those that Chinese and English texts are made of."""
    return all(
        any(first <= ord(letter) < end for first, end in _COMMON_BLOCKS)
        for letter in set(unicodedata.normalize("NFKC", text))
    )


def write_tokenizers(packed: PackedModel, folder: Path) -> None:
    """Write the whole tokenizer, that of the common characters, and the ids of the latter's pieces."""
    build_tokenizer(packed).save(str(folder / _WHOLE))
    pieces = packed.pieces
    special = {packed.bos, packed.pad, packed.eos, packed.unk}
    least = min(range(len(pieces)), key=lambda at: pieces[at][1])
    ids = [
        at
        for at, (piece, _) in enumerate(pieces)
        if at in special or at == least or is_common(piece.replace("\u2581", ""))
    ]
    common = replace(
        packed,
        pieces=tuple(pieces[at] for at in ids),
        bos=ids.index(packed.bos),
        eos=ids.index(packed.eos),
        pad=ids.index(packed.pad),
        unk=ids.index(packed.unk),
    )
    build_tokenizer(common).save(str(folder / _COMMON))
    np.save(folder / _IDS, np.asarray(ids, np.int32))


def build_tokenizer(packed: PackedModel) -> Tokenizer:
    """XLM-RoBERTa's tokenizer from the packed pieces: NFKC, metaspace, Unigram.

    SentencePiece's ``nmt_nfkc`` drops control characters, turns zero-width ones into spaces and
    keeps the full-width tilde, which plain NFKC folds: hence the replacements around it.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([*packed.pieces], unk_id=packed.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
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
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    bos, eos = packed.pieces[packed.bos][0], packed.pieces[packed.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, packed.bos), (eos, packed.eos)],
    )
    return tokenizer
