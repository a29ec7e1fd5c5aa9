"""A library all of whose articles carry the number of the job that left it so, and a look at it."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import numpy as np

from index.embedding.encoder import Vectors, unit
from index.library.library import Library
from index.records import RawArticle
from index.text.terms import index_terms

ARTICLES = 40
_DIMENSION = 64


class HashedEncoder:
    """Vectors from the terms of a text, each term a direction of its own: no model."""

    name = fingerprint = "hashed"
    dimension = _DIMENSION
    most_tokens = 512

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.full((len(texts), _DIMENSION), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for term in index_terms(text):
                seed = int.from_bytes(term.encode()[:8], "little")
                vectors[row] += np.random.default_rng(seed).standard_normal(_DIMENSION)
        return unit(vectors)

    encode_queries = encode_passages


def articles(job: int, most: int = ARTICLES) -> list[RawArticle]:
    """The library after a job: all articles say its number; some come, some go, up to six of them."""
    chosen = random.Random(job)
    numbers = sorted(chosen.sample(range(most), most - job % 7))
    return [
        RawArticle(
            f"a{number}",
            f"第{number}号码头",
            "",
            f"2025/6/{number % 28 + 1}",
            f"码头号{number % 3}",
            f"第{number}号码头今日开放。本次更新的编号为job{job}x，请以此为准。",
        )
        for number in numbers
    ]


def look(library: Library, encoder: HashedEncoder, asked: str) -> tuple[int, str]:
    """Ask twice in one snapshot, with time between.

    Returns:
        The job that left the library so, and what does not fit together.
    """
    vector, terms = encoder.encode_queries([asked]), index_terms(asked)
    with library.snapshot():
        generation = library.manifest().generation
        first = library.candidates(vector, "zh", terms, 2 * ARTICLES)
        texts = {passage.text for passage in library.passages(first.ids.tolist())}
        time.sleep(0.05)
        again = library.candidates(vector, "zh", terms, 2 * ARTICLES)
        articles = library.counts().articles
        same = generation == library.manifest().generation
    jobs = {text.partition("job")[2].partition("x")[0] for text in texts}
    if len(jobs) != 1:
        return -1, f"one question saw the jobs {sorted(jobs)}"
    job = int(jobs.pop())
    if not same or not np.array_equal(first.ids, again.ids):
        return job, f"the library changed during a question of generation {generation}"
    if not (np.array_equal(first.cosines, again.cosines) and articles == len(texts)):
        return job, f"{articles} articles, {len(texts)} found; scores may have changed"
    if not np.array_equal(first.lexical, again.lexical):
        return job, "lexical scores changed during a question"
    return job, ""
