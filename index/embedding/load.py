"""Which encoder a name stands for."""

from __future__ import annotations

from pathlib import Path

from index.embedding.encoder import PACKAGED, Encoder
from index.embedding.packaged_encoder import PackagedEncoder
from index.embedding.sentence_transformer import SentenceTransformerEncoder


def load_encoder(name: str = PACKAGED) -> Encoder:
    """The encoder called ``name``: ``"packaged"``, a local folder, or a hub name.

    The weights are read at the first use, not here.

    Raises:
        EncoderError: at first use, in one sentence, where the model cannot be had.
    """
    if name == PACKAGED:
        return PackagedEncoder()
    folder = Path(name)
    # A library remembers the name, and is opened from other folders than it was made in.
    return SentenceTransformerEncoder(str(folder.resolve()) if folder.is_dir() else name)
