"""The models that read questions and articles, apart from the one that writes."""

from __future__ import annotations

from dataclasses import dataclass

from index.embedding.encoder import Encoder
from rag.extractive.reader import Reader
from rag.generation.no_answer import RefusalTeller
from rag.question.kind import KindTeller
from rag.question.words import WordTeller
from rag.verification.entailment import Entailment


@dataclass(frozen=True, slots=True)
class Models:
    """The models of an assistant.

    Attributes:
        encoder: The library's embedding model.
        reader: Finds the words that answer.
        kinds: Tells kinds of questions apart.
        words: Tells which words of a question say what.
        refusals: Tells a chat model's refusals from its answers.
        entailment: Reads whether what a chat model wrote follows from what it cites.
    """

    encoder: Encoder
    reader: Reader
    kinds: KindTeller
    words: WordTeller
    refusals: RefusalTeller
    entailment: Entailment | None
