"""The weights by which overviews choose articles and sentences, fitted on what people chose by reading.

    python -m eval.benchmarks.overviews LIBRARY FOLDER

``FOLDER`` has four files, a JSON object a line:

- ``subjects.jsonl``: ``question``, ``group``, and of the library's articles the ids of those that are
  ``about`` it and of those that are ``maybe``, which count neither way. Where there are none of either
  the library has nothing on it.
- ``sentences.jsonl``: ``subject``, ``group``, ``title`` and ``text`` of an article, ``best``: the places of
  the sentences that would be quoted, the best first.
- ``points.jsonl``: ``group``, ``title`` and ``text`` of an article, ``best``: the places of the six sentences
  that tell its main points, the best first.
- ``steps.jsonl``: ``question`` for a course of events, ``subject``, ``group``, ``title`` and ``text`` of an
  article, ``fits``: the logarithm of how likely it is to be the one that is asked for, against the likeliest,
  ``best``: the places of the sentences that tell its steps; none where another article was meant.

Prints ``OWN``, ``CALLED`` and ``FOREIGN`` of ``rag.kinds.relevance``, ``WEIGHTS`` and ``MAIN`` of
``rag.kinds.telling`` and ``WEIGHTS`` and ``TOLD`` of ``rag.kinds.course`` as they fit these files, and how good
each is on the groups that it was not fitted on, with 95 % intervals over the questions.

All are one model: what is chosen of several alternatives is chosen with the softmax of their
weighed features; a logistic regression chooses between the features and nothing.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.bootstrap import estimate
from index.embedding.centring import Centres
from index.embedding.load import load_encoder
from index.library.library import Library
from index.records import Article
from index.text.dates.moments import blank, find_moments
from index.text.language import detect_language
from index.text.sentences import split_sentences
from index.text.terms import content_terms
from rag.kinds.course import OF_AN_ARTICLE, STEPS, Step, likely_steps, steps_of
from rag.kinds.relevance import (
    CALLED,
    FOREIGN,
    OWN,
    Best,
    Relevance,
    relevance,
    weights_of,
)
from rag.kinds.telling import LONGEST, WEIGHTS, Telling, features_of, sentences_of
from rag.question.glossary import terms_for
from rag.question.words import TrainedWords
from rag.records import AppliedFilters, Filters, QuestionKind
from rag.retrieval.find import Retriever
from rag.verification.align import centred_similarity

_FOLDS = 10
_RIDGE = 1.0
"""Of the squared weights of standardised features, in examples."""

_STEPS, _CLOSE = 30, 1e-4
_DATED = len(fields(Step)) + [one.name for one in fields(Telling)].index("dated")
"""Where the features of a step say whether it names a day."""

_LEAST = (0.1, 0.15, 0.2, 0.25, 0.3)
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Alternatives, of which some are right.

    Attributes:
        group: What is left out of the fit together.
        features: Of each alternative, shape (alternatives, features).
        wanted: How probable each ought to be, shape (alternatives,).
        of: The question, article or sentence that it is about.
    """

    group: str
    features: Matrix
    wanted: Matrix
    of: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """What was asked for and what the library has on it."""

    question: str
    group: str
    about: frozenset[str]
    maybe: frozenset[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    articles(arguments.library, lines(arguments.folder / "subjects.jsonl"))
    sentences(lines(arguments.folder / "sentences.jsonl"))
    points(lines(arguments.folder / "points.jsonl"))
    steps(lines(arguments.folder / "steps.jsonl"), arguments.library)


def lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


def fit(choices: Sequence[Choice]) -> Matrix:
    """The weights that make what is wanted likeliest, by Newton's method."""
    every = np.concatenate([one.features for one in choices])
    scale = every.std(axis=0)
    scale[scale == 0] = 1.0
    most = max(len(one.features) for one in choices)
    given = np.zeros((len(choices), most, len(scale)))
    wanted, missing = np.zeros((len(choices), most)), np.full((len(choices), most), -np.inf)
    for at, one in enumerate(choices):
        given[at, : len(one.features)] = one.features / scale
        wanted[at, : len(one.wanted)] = one.wanted
        missing[at, : len(one.wanted)] = 0.0
    weights = np.zeros(len(scale))
    for _ in range(_STEPS):
        scores = given @ weights + missing
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        spread = given - np.einsum("ca,caf->cf", likely, given)[:, None]
        slope = np.einsum("caf,ca->f", given, wanted - likely) - _RIDGE * weights
        curve = np.einsum("caf,ca,cag->fg", spread, likely, spread, optimize=True)
        step = np.linalg.solve(curve + _RIDGE * np.eye(len(scale)), slope)
        weights = weights + step
        if abs(step).max() < _CLOSE:
            break
    fitted: Matrix = weights / scale
    return fitted


def softmax(scores: Matrix) -> Matrix:
    odds = np.exp(scores - scores.max())
    likely: Matrix = odds / odds.sum()
    return likely


def cross_validated(choices: Sequence[Choice]) -> Iterator[tuple[Choice, Matrix]]:
    """Each choice with the probabilities by weights that its group had no part in."""
    groups = sorted({one.group for one in choices})
    random.Random(0).shuffle(groups)
    fold = {group: at % _FOLDS for at, group in enumerate(groups)}
    for left_out in range(_FOLDS):
        weights = fit([one for one in choices if fold[one.group] != left_out])
        for one in choices:
            if fold[one.group] == left_out:
                yield one, softmax(one.features @ weights)


def either(group: str, features: Sequence[float], right: bool, of: tuple[int, str]) -> Choice:
    """Whether something is so: a logistic regression's example."""
    rows = np.asarray([features, np.zeros(len(features))])
    return Choice(group, rows, np.asarray([float(right), float(not right)]), of)


def say(name: str, kind: type, weights: Matrix) -> None:
    named = zip(fields(kind), weights.tolist(), strict=True)
    print(f"{name} = {kind.__name__}({', '.join(f'{f.name}={w:.2f}' for f, w in named)})")


def articles(where: Path, rows: Sequence[dict[str, Any]]) -> None:
    subjects = [
        Subject(row["question"], row["group"], frozenset(row["about"]), frozenset(row["maybe"]))
        for row in rows
    ]
    probable: dict[tuple[int, str], float] = {}
    with Library.open(where) as library:
        encoder = load_encoder(library.manifest().encoder)
        retriever = Retriever(library, encoder, TrainedWords(encoder))
        found = [retriever.find(one.question, Filters(), QuestionKind.OVERVIEW) for one in subjects]
        days = {one.article_id: str(one.date or "") for one in library.articles()}
    for name, weights in (("OWN", OWN), ("CALLED", CALLED), ("FOREIGN", FOREIGN)):
        choices = []
        for at, (subject, hits) in enumerate(zip(subjects, found, strict=True)):
            topic = hits.topic or hits.question
            language = detect_language(subject.question)
            best = Best.of(hits.articles)
            for hit in (first for first, *_ in hits.articles):
                place = at, hit.passage.article.article_id
                if weights_of(hit.passage.language, language) is weights:
                    given = [*astuple(relevance(hit, topic, best))]
                    choices.append(either(subject.group, given, place[1] in subject.about, place))
        judged = [one for one in choices if one.of[1] not in subjects[one.of[0]].maybe]
        fitted = fit(judged)
        say(f"rag.kinds.relevance.{name}", Relevance, fitted)
        probable |= {one.of: float(likely[0]) for one, likely in cross_validated(judged)}
        doubtful = [one for one in choices if one.of not in probable]
        probable |= {one.of: float(softmax(one.features @ fitted)[0]) for one in doubtful}
    there = [
        frozenset(name for name in one.about if is_within(days.get(name), hits.filters))
        for one, hits in zip(subjects, found, strict=True)
    ]
    for least in _LEAST:
        print(f"  about from {least}:", stories(subjects, there, probable, least))


def is_within(day: str | None, limits: AppliedFilters) -> bool:
    """Whether an article is in the library and within the days that were searched."""
    return day is not None and (limits.date_from or "") <= day <= (limits.date_to or "9")


def stories(
    subjects: Sequence[Subject],
    there: Sequence[frozenset[str]],
    probable: dict[tuple[int, str], float],
    least: float,
) -> str:
    """Precision and recall over the subjects that the library has, refusals over those that it lacks."""
    precision, recall, refused, wrongly = [], [], [], []
    for at, (subject, gold) in enumerate(zip(subjects, there, strict=True)):
        shown = {name for (of, name), likely in probable.items() if of == at and likely >= least}
        told = shown - (subject.maybe - gold)
        if gold:
            recall.append(len(told & gold) / len(gold))
            wrongly.append(float(not shown))
            if told:
                precision.append(len(told & gold) / len(told))
        elif not subject.maybe:
            refused.append(float(not shown))
    named = {"precision": precision, "recall": recall, "refused": refused, "wrongly": wrongly}
    return ", ".join(f"{name} {interval(values)}" for name, values in named.items())


def interval(values: Sequence[float]) -> str:
    if not values:
        return "of none"
    of = estimate(values)
    return f"{of.mean:.3f} ({of.low:.2f}–{of.high:.2f}) of {of.n}"


def sentences(rows: Sequence[dict[str, Any]]) -> None:
    choices = []
    for at, row in enumerate(rows):
        given = signs_of(row, frozenset(content_terms(row["subject"])))
        best = [place for place in row["best"] if place < len(given)]
        wanted = np.zeros(len(given))
        wanted[best] = 0.5 / len(best)
        wanted[best[0]] += 0.5
        choices.append(Choice(row["group"], given, wanted, (at, "")))
    say("rag.kinds.telling.WEIGHTS", Telling, fit(choices))
    judged = list(cross_validated(choices))
    for most in (1, 2):
        best_one, any_one = (
            [float(bool(likeliest(likely, most) & right(one))) for one, likely in judged]
            for right in (best_of, good_of)
        )
        print(f"  {most}: the best {interval(best_one)}, a good one {interval(any_one)}")


def article_of(row: dict[str, Any]) -> Article:
    language = detect_language(row["text"])
    return Article("", row["title"], "", None, "", row["text"], "", language)


def signs_of(row: dict[str, Any], subject: frozenset[str]) -> Matrix:
    """What speaks for each sentence of an article, shape (sentences, features)."""
    article = article_of(row)
    found = features_of(article, sentences_of(article), subject)
    return np.asarray([astuple(one) for one in found])


def likeliest(likely: Matrix, most: int) -> set[int]:
    return set(np.argsort(-likely, kind="stable")[:most].tolist())


def points(rows: Sequence[dict[str, Any]]) -> None:
    choices = []
    for at, row in enumerate(rows):
        given = signs_of(row, frozenset())
        wanted = np.zeros(len(given))
        wanted[row["best"]] = 1 / len(row["best"])
        choices.append(Choice(row["group"], given, wanted, (at, "")))
    say("rag.kinds.telling.MAIN", Telling, fit(choices))
    judged = list(cross_validated(choices))
    before = [(one, softmax(one.features @ np.asarray(astuple(WEIGHTS)))) for one in choices]
    for name, by in (("MAIN", judged), ("WEIGHTS", before)):
        for most in (1, 3, 5):
            right = [len(likeliest(likely, most) & good_of(one)) / most for one, likely in by]
            print(f"  {name}, {most} sentences: {interval(right)}")


def best_of(choice: Choice) -> set[int]:
    return {int(choice.wanted.argmax())}


def good_of(choice: Choice) -> set[int]:
    return set(np.flatnonzero(choice.wanted).tolist())


def steps(rows: Sequence[dict[str, Any]], where: Path) -> None:
    """Sentences that tell a step of what was asked for: those from a share of the likeliest one's probability on."""
    with Library.open(where) as library:
        manifest = library.manifest()
    encoder = load_encoder(manifest.encoder)
    similarity = centred_similarity(encoder, Centres.stored(manifest.question_means))
    choices = []
    for at, row in enumerate(rows):
        article = article_of(row)
        spans = split_sentences(article.text)[:OF_AN_ARTICLE]
        about = blank(row["subject"], find_moments(row["subject"]))
        cosines = similarity(row["question"], [span.of(article.text)[:LONGEST] for span in spans])
        told = features_of(article, spans, terms_for(about, article))
        for place, signs in enumerate(zip(steps_of(cosines, row["fits"]), told, strict=True)):
            given = [number for each in signs for number in astuple(each)]
            choices.append(either(row["group"], given, place in row["best"], (at, row["question"])))
    counted = fit(choices)
    say("rag.kinds.course.WEIGHTS", Step, counted[: len(fields(Step))])
    say("rag.kinds.course.TOLD", Telling, counted[len(fields(Step)) :])
    asked: dict[str, list[tuple[float, bool, bool]]] = {}
    for one, likely in cross_validated(choices):
        named = bool(one.features[0, _DATED])
        asked.setdefault(one.of[1], []).append((float(likely[0]), named, one.wanted[0] == 1))
    precision, recall = [], []
    for judged in asked.values():
        chances, dated, right = zip(*judged, strict=True)
        shown = [right[at] for at in likely_steps(chances, dated)[:STEPS]]
        precision.append(sum(shown) / len(shown))
        if wanted := sum(right):
            recall.append(sum(shown) / wanted)
    print(f"  precision {interval(precision)}, recall {interval(recall)}")


if __name__ == "__main__":
    main()
