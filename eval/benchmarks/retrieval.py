"""What each part of retrieval adds, and the fusion weights that fit.

    python -m eval.benchmarks.retrieval LIBRARY=questions.jsonl … [--limit N] [--fit] [--out quality.md]

Needs the extra ``benchmarks``. Prints a Markdown table: for every set and way of ranking hit@1, hit@5,
the share of questions that have all they need among the first five, and MRR of the articles, hit@1
with its 95 % bootstrap interval. ``--fit`` tries a grid of ``rag.retrieval.fuse.Weights`` and prints those with
the best mean MRR over sets and kinds, each kind counting alike however many questions it has.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bootstrap import estimate
from eval.questions import Case, read_cases
from eval.records import Metric
from eval.retrieval import retrieval_scores
from index.database.database import DATABASE
from index.embedding.encoder import Encoder, Vectors
from index.embedding.load import load_encoder
from index.embedding.packaged_encoder import PackagedEncoder
from index.library.library import Candidates, Library
from index.search.dense_vectors import unpack
from index.search.filters import NO_FILTERS, Filters
from index.text.language import detect_language
from index.text.terms import index_terms
from rag.question.answer_type import is_question
from rag.question.follow_up import standalone
from rag.question.kind import TrainedKinds
from rag.question.limits import understand
from rag.retrieval.fuse import WEIGHTS, Weights, fuse, standard_cosines
from rag.retrieval.retrieve import copies_behind

_LIMIT = 128
_PASSAGES_AT_A_TIME = 5000
_RRF = 60
Ranker = Callable[[Candidates, str], NDArray[np.floating]]


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """One question, searched in one way."""

    case: Case
    language: str
    candidates: Candidates


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """A library with what its chunks belong to."""

    name: str
    folder: Path
    library: Library
    article_of: dict[int, str]
    originals: dict[str, frozenset[str]]
    cases: list[Case]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sets", nargs="+", metavar="LIBRARY=QUESTIONS")
    parser.add_argument("--limit", type=int, default=0, help="questions of a set, chosen at random")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    collections = [opened(pair, arguments.limit) for pair in arguments.sets]
    encoder = Remembering(load_encoder(collections[0].library.manifest().encoder))
    table = [
        "| set | ranking | n | hit@1 (95 %) | hit@5 | all in 5 | MRR |",
        "|---|---|---:|---|---:|---:|---:|",
    ]
    fitted: list[tuple[Collection, list[Searched]]] = []
    for collection in collections:
        plain = [searched(collection, encoder, case, "plain") for case in collection.cases]
        dated = [searched(collection, encoder, case, "dates") for case in collection.cases]
        whole = [searched(collection, encoder, case, "whole") for case in collection.cases]
        fitted.append((collection, whole))
        rows: list[tuple[str, Sequence[Searched], Ranker]] = [
            ("dense, raw", raw(collection, encoder, plain), lambda c, _: c.cosines),
            ("dense, centred by language", plain, lambda c, _: c.cosines),
            ("lexical, segmented words", segmented(collection, plain), lambda c, _: c.lexical),
            ("lexical, bigrams and words", plain, lambda c, _: c.lexical),
            ("reciprocal rank fusion", plain, reciprocal),
            ("standardised sum", plain, standardised),
            ("standardised, by language", plain, fuse),
            ("+ dates and accounts", dated, fuse),
            ("+ follow-ups", whole, fuse),
        ]
        for name, asked, ranker in rows:
            table.append(row(collection, name, asked, ranker))
            print(table[-1], flush=True)
        for kind in sorted({case.kind for case in collection.cases}):
            some = [one for one in whole if one.case.kind == kind]
            table.append(row(collection, f"all of it: {kind}", some, fuse))
            print(table[-1], flush=True)
    if arguments.out:
        arguments.out.write_text("\n".join(table) + "\n", "utf-8")
    if arguments.fit:
        fit(fitted)


class Remembering:
    """Encodes each question once, however many rankings ask for it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encode = lru_cache(maxsize=None)(lambda asked: encoder.encode_queries([asked]))

    def query(self, question: str) -> Vectors:
        return self._encode(question)


def opened(named: str, limit: int) -> Collection:
    """The set of ``LIBRARY=QUESTIONS``."""
    folder, questions = named.split("=", 1)
    cases = [case for case in read_cases(questions) if case.aids]
    if limit and len(cases) > limit:
        cases = random.Random(1).sample(cases, limit)
    library = Library.open(folder)
    connection = sqlite3.connect(Path(folder) / DATABASE)
    owners = dict(
        connection.execute(
            "SELECT chunk.id, article_id FROM chunk JOIN article ON row = article WHERE published"
        ).fetchall()
    )
    connection.close()
    originals = {a.article_id: frozenset(a.originals) for a in library.articles() if a.originals}
    name = Path(questions).parent.name
    return Collection(name, Path(folder), library, owners, originals, cases)


@cache
def _leans() -> Callable[[str], bool]:
    return TrainedKinds(PackagedEncoder()).leans


def searched(collection: Collection, encoder: Remembering, case: Case, way: str) -> Searched:
    question = case.question
    if way == "whole":
        question = standalone(question, case.history, _leans()).text
    limits = NO_FILTERS
    if way != "plain":
        scope = collection.library.scope()
        read = understand(question, today=scope.newest or date.today(), accounts=scope.accounts)
        limits = Filters(read.date_from, read.date_to, read.accounts)
        question = read.without_limits
    language = detect_language(question)
    vector = encoder.query(question)
    terms = index_terms(question)
    find = collection.library.candidates
    asks = is_question(question)
    candidates = find(vector, language, terms, _LIMIT, limits, asks=asks)
    if not len(candidates.ids) and not limits.limit_nothing:
        return searched(collection, encoder, case, "plain")
    return Searched(case, language, candidates)


def raw(collection: Collection, encoder: Remembering, asked: Sequence[Searched]) -> list[Searched]:
    """The same questions with the cosines of the vectors as the encoder gives them."""
    connection = sqlite3.connect(collection.folder / DATABASE)
    rows = connection.execute(
        "SELECT id, vector FROM chunk JOIN article ON row = article WHERE published"
    ).fetchall()
    connection.close()
    ids = np.asarray([row[0] for row in rows], np.int64)
    vectors = np.stack([unpack(row[1]) for row in rows])
    found = []
    for one in asked:
        cosines = vectors @ encoder.query(one.case.question)[0]
        best = np.argsort(-cosines)[:_LIMIT]
        zeros = np.zeros(len(best), np.float32)
        candidates = Candidates(
            ids[best], ("zh",) * len(best), (0,) * len(best), cosines[best], 0.0, 1.0, zeros, 1.0
        )
        found.append(Searched(one.case, one.language, candidates))
    return found


def segmented(collection: Collection, asked: Sequence[Searched]) -> list[Searched]:
    """The same questions ranked by BM25 over words as ``jieba`` cuts them, title and text."""
    import bm25s
    import jieba

    jieba.setLogLevel("WARNING")
    ids = sorted(collection.article_of)
    passages = chain.from_iterable(
        collection.library.passages(ids[at : at + _PASSAGES_AT_A_TIME])
        for at in range(0, len(ids), _PASSAGES_AT_A_TIME)
    )
    ranker = bm25s.BM25()
    words = [jieba.lcut(f"{one.article.title}\n{one.text}".lower()) for one in passages]
    ranker.index(words, show_progress=False)
    found = []
    for one in asked:
        scores = ranker.get_scores(jieba.lcut(one.case.question.lower()))
        best = np.argsort(-scores, kind="stable")[:_LIMIT]
        candidates = replace(
            Candidates.none(), ids=np.asarray(ids, np.int64)[best], lexical=scores[best]
        )
        found.append(replace(one, candidates=candidates))
    return found


def reciprocal(candidates: Candidates, _language: str) -> NDArray[np.floating]:
    """Cormack, Clarke and Büttcher, 2009."""
    total = np.zeros(len(candidates.ids))
    for scores in (candidates.cosines, candidates.lexical):
        ranks = np.empty(len(scores))
        ranks[np.argsort(-scores)] = np.arange(1, len(scores) + 1)
        total += 1 / (_RRF + ranks)
    return total


def standardised(candidates: Candidates, _language: str) -> NDArray[np.floating]:
    lexical = candidates.lexical
    spread = float(lexical.std()) or 1.0
    total: NDArray[np.floating] = standard_cosines(candidates) + (lexical - lexical.mean()) / spread
    return total


def ranked(collection: Collection, one: Searched, ranker: Ranker) -> list[str]:
    """Article ids by their best chunk, copies behind the best of their originals."""
    scores = ranker(one.candidates, one.language)
    order = one.candidates.ids[np.argsort(-scores, kind="stable")].tolist()
    articles = list(dict.fromkeys(collection.article_of[chunk] for chunk in order))[:12]
    return copies_behind(articles, collection.originals)


def row(collection: Collection, name: str, asked: Sequence[Searched], ranker: Ranker) -> str:
    scored = [retrieval_scores(one.case, ranked(collection, one, ranker)) for one in asked]
    first = estimate([scores[Metric.HIT_1] for scores in scored])
    fifth, reciprocal_rank = (
        sum(scores[metric] for scores in scored) / len(scored)
        for metric in (Metric.HIT_5, Metric.MRR_10)
    )
    whole = sum(scores[Metric.RECALL_5] == 1 for scores in scored) / len(scored)
    interval = f"{first.mean:.3f} ({first.low:.3f}–{first.high:.3f})"
    return (
        f"| {collection.name} | {name} | {len(scored)} | {interval} | {fifth:.3f} "
        f"| {whole:.3f} | {reciprocal_rank:.3f} |"
    )


def fit(fitted: Sequence[tuple[Collection, list[Searched]]]) -> None:
    grid = itertools.product((4, 5, 6, 7), (2.5, 4), (3, 4, 5, 6), (0.5, 1, 1.5, 2, 2.5))
    results = sorted(
        ((mean_of_kinds(fitted, weights), weights) for weights in itertools.starmap(Weights, grid)),
        key=lambda result: -result[0],
    )
    for value, weights in [*results[:8], (mean_of_kinds(fitted, WEIGHTS), WEIGHTS)]:
        print(f"{value:.4f} {weights}", file=sys.stderr)


def mean_of_kinds(fitted: Sequence[tuple[Collection, list[Searched]]], weights: Weights) -> float:
    kinds: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for collection, asked in fitted:
        for one, scores in zip(asked, _scored(collection, asked, weights), strict=True):
            kinds[collection.name, one.case.kind].append(scores)
    return sum(sum(values) / len(values) for values in kinds.values()) / len(kinds)


def _scored(collection: Collection, asked: Sequence[Searched], weights: Weights) -> Iterator[float]:
    for one in asked:
        order = ranked(collection, one, lambda c, language: fuse(c, language, weights))
        yield retrieval_scores(one.case, order)[Metric.MRR_10]


if __name__ == "__main__":
    main()
