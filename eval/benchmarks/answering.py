"""The weights by which sentences are chosen and answers judged, fitted on question sets.

    python -m eval.benchmarks.answering LIBRARY=questions.jsonl … [--limit N] [--weights reader.safetensors]

Prints ``rag.extractive.candidates.WEIGHTS`` and the three of ``rag.extractive.certainty`` as they fit these sets; for each set how
often a sentence with a gold answer is among the first one, two and three, with the fitted weights,
with those in use, and with each feature left out; and how many are right among the surest answers. Fit
it on questions that the reader was not trained on.

Sentences: a softmax over all sentences of a question, the likelihood of those with a gold answer
made as great as can be. Judging: logistic regressions over answerable questions, the same with their
gold articles taken out of what was found, near misses (a set's own, whose ids end in ``-near``; of a
set that has none the same questions with one thing exchanged for another that the gold article does
not name), and the sets' own unanswerable ones. An answer is right that holds a gold answer as it is said, by
``rag.extractive.answer.choose``; how much is said is a trade that ``enough`` below shows. Each set counts
alike, however many questions it has, and each of the four kinds as ``_SHARES`` says.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from eval.answers import LONGEST_SPAN, answer_scores
from eval.certainty import short_right
from eval.normalise import holds, tokens
from eval.questions import Case, Kind, read_cases
from eval.records import Metric
from eval.training.near_misses import Names
from index.text.language import detect_language
from rag.assistant import Assistant
from rag.extractive.answer import ENOUGH, ONE_ANSWER, READ, choose, quoted
from rag.extractive.candidates import WEIGHTS, Candidate, Features, readable, score_sentences
from rag.extractive.certainty import Confidence, confidence_features
from rag.extractive.reader import PackagedReader, PassageReading, Reader
from rag.extractive.reorder import best_answers
from rag.question.follow_up import standalone
from rag.question.kind import TrainedKinds
from rag.question.spelling import respelled
from rag.records import Found, RankedPassage

NEAR_MISS = "-near"
"""How the id of an unanswerable question ends that is a near miss."""

_RIDGE = 1e-3
_INVERSE_RIDGE = 1.0
_SHARES = {"answerable": 0.6, "without gold": 0.12, "near miss": 0.2, "unanswerable": 0.08}
Matrix = NDArray[np.float32]


class RememberingReader:
    """Reads each pair of question and passage once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[tuple[str, ...], PassageReading] = {}

    def read(
        self, question: str, passages: Sequence[tuple[str, str]], background: str = ""
    ) -> list[PassageReading]:
        asked = (question, background)
        new = [one for one in dict.fromkeys(passages) if (*asked, *one) not in self._read]
        readings = self._reader.read(question, new, background) if new else []
        for one, reading in zip(new, readings, strict=True):
            self._read[*asked, *one] = reading
        return [self._read[*asked, *one] for one in passages]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One question with its sentences.

    Attributes:
        kind: A key of ``_SHARES``.
        right: Which candidates hold a gold answer, shape (candidates,).
        words: Which candidates' words are right, shape (candidates,).
    """

    name: str
    kind: str
    question: str
    case: Case
    gold: frozenset[str]
    ranked: Sequence[RankedPassage]
    candidates: Sequence[Candidate]
    features: Matrix
    right: NDArray[np.bool_]
    words: NDArray[np.bool_]

    def likeliest(self, weights: NDArray[np.floating]) -> list[Candidate]:
        """The sentences as some weights have them, likeliest first."""
        scores = self.features @ weights
        likely = np.exp(scores - scores.max())
        likely /= likely.sum()
        order = np.argsort(-scores, kind="stable").tolist()
        return [replace(self.candidates[at], probability=float(likely[at])) for at in order]

    def best(self, weights: NDArray[np.floating]) -> tuple[int, Confidence]:
        """The likeliest sentence by some weights, and what says that it answers."""
        best = self.likeliest(weights)[0]
        features = confidence_features(self.question, self.ranked, best)
        return int((self.features @ weights).argmax()), features

    def says(self, weights: NDArray[np.floating], enough: float = ENOUGH) -> str:
        """What is said where the answer is direct."""
        chosen = choose(
            map(quoted, self.likeliest(weights)[:READ]), form=replace(ONE_ANSWER, enough=enough)
        )
        return " ".join(one.text for one in chosen)

    def told(self, said: str) -> bool:
        """Whether that holds a gold answer, all of its parts where it has several."""
        scores = answer_scores(self.case, said)
        return self.kind == "answerable" and scores.get(Metric.CONTAINS_GOLD, 0.0) == 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sets", nargs="+", metavar="LIBRARY=QUESTIONS")
    parser.add_argument("--limit", type=int, default=0, help="questions of a set, chosen at random")
    parser.add_argument("--weights", type=Path, help="of the reader; those in use by default")
    arguments = parser.parse_args()
    read = [one for named in arguments.sets for one in asked_of(named, arguments)]
    answerable = [one for one in read if one.kind == "answerable" and one.right.any()]
    weights = fit_sentences(by_name(answerable))
    say("rag.extractive.candidates.WEIGHTS", Features, weights)
    for ones in by_name(answerable):
        print(ones[0].name, len(ones), "fitted", first_right(ones, weights), end=" ")
        print("in use", first_right(ones, np.asarray(astuple(WEIGHTS))))
    for at, feature in enumerate(fields(Features)):
        less = fit_sentences(by_name(answerable), without=at)
        firsts = [first_right(ones, less)[0] for ones in by_name(answerable)]
        print(f"without {feature.name}: first", firsts)
    for enough in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        print(f"enough {enough}:", trade(by_name(answerable), enough))
    reorder([one for one in read if one.kind == "answerable"])
    judge(read, weights)


def trade(sets: Sequence[Sequence[Asked]], enough: float) -> str:
    """How many questions are told a gold answer, and in how many characters, each set by weights
    that were fitted on the others."""
    told: dict[str, float] = {}
    lengths: list[int] = []
    for ones in sets:
        weights = fit_sentences([others for others in sets if others is not ones])
        said = [one.says(weights, enough) for one in ones]
        lengths += map(len, said)
        told[ones[0].name] = round(np.mean([*map(Asked.told, ones, said)]).item(), 3)
    return f"{np.median(lengths):.0f} characters, told {told}"


def reorder(read: Sequence[Asked]) -> None:
    """Fit what the reader's logit counts in the order of articles."""
    for name, foreign in (("same", False), ("foreign", True)):
        some = [rows for one in read if (rows := articles_of(one, foreign)) is not None]
        if not some:
            continue
        best, hits = max(
            (float(np.mean([first_gold(rows, weight) for rows in some])), -weight)
            for weight in np.arange(0.0, 3.01, 0.1)
        )
        now = np.mean([first_gold(rows, 0.0) for rows in some])
        print(
            f"rag.extractive.reorder.{name} = {-hits:.1f}: hit@1 {now:.3f} -> {best:.3f} of {len(some)}"
        )


def articles_of(one: Asked, foreign: bool) -> Matrix | None:
    """Of the articles that were read: fused score, the reader's logit, whether it is gold."""
    answers = best_answers(one.candidates)
    scores: dict[str, float] = {}
    gold: set[str] = set()
    for hit in one.ranked:
        name = hit.passage.article.article_id
        scores[name] = max(scores.get(name, -np.inf), hit.score)
        if name in one.gold:
            gold.add(name)
    across = detect_language(one.question) != one.ranked[0].passage.language
    if not gold or across is not foreign:
        return None
    rows = [(scores[name], answers.get(name, -12.0), float(name in gold)) for name in scores]
    return np.asarray(rows, np.float32)


def first_gold(rows: Matrix, weight: float) -> bool:
    return bool(rows[(rows[:, 0] + weight * rows[:, 1]).argmax(), 2])


def judge(read: Sequence[Asked], weights: NDArray[np.floating]) -> None:
    best = [one.best(weights) for one in read]
    rows = np.asarray([astuple(features)[:-1] for _, features in best])
    answered = [one.kind == "answerable" for one in read]
    right = [one.told(one.says(weights)) for one in read]
    words = [
        a and bool(one.words[at]) for a, one, (at, _) in zip(answered, read, best, strict=True)
    ]
    near = [a and bool(one.right.any()) for a, one in zip(answered, read, strict=True)]
    shares = shares_of(read)
    for name, labels in (("RIGHT", right), ("NEAR", near), ("WORDS", words)):
        sure = cross_validated(rows, np.asarray(labels), shares, read)
        say(f"rag.extractive.certainty.{name}", Confidence, fit(rows, np.asarray(labels), shares))
        print("  without each feature:", without_each(rows, np.asarray(labels), shares, read))
        for least in np.arange(0.1, 0.95, 0.1):
            print(f"  {name} >= {least:.1f}:", curve_point(read, labels, sure >= least))


def asked_of(named: str, arguments: argparse.Namespace) -> Iterator[Asked]:
    """The questions of one set, as they are and spoiled."""
    folder, questions = named.split("=", 1)
    cases = list(read_cases(questions))
    rng = random.Random(1)
    if 0 < arguments.limit < len(cases):
        cases = rng.sample(cases, arguments.limit)
    names = Names([case.question for case in cases])
    own_misses = any(case.id.endswith(NEAR_MISS) for case in cases)
    with Assistant.open(folder) as assistant:
        reader = RememberingReader(PackagedReader(weights=arguments.weights))
        leans = TrainedKinds(assistant.encoder).leans
        for at, case in enumerate(cases):
            if at % 20 == 0:
                print(f"{named}: {at} of {len(cases)}", flush=True)
            spelled = respelled(case.question, assistant.library)
            found = assistant.search(spelled, case.history)
            if not case.aids:
                kind = "near miss" if case.id.endswith(NEAR_MISS) else "unanswerable"
                yield from read_one(kind, case, spelled, found, reader, leans)
                continue
            yield from read_one("answerable", case, spelled, found, reader, leans)
            if at % 2:
                gone = without_gold(case, found)
                yield from read_one("without gold", case, spelled, gone, reader, leans)
            elif not own_misses and (other := exchanged(case, found, names, rng)):
                again = assistant.search(other, case.history)
                yield from read_one("near miss", case, other, again, reader, leans)


def exchanged(case: Case, found: Found, names: Names, rng: random.Random) -> str | None:
    """The question with one thing exchanged for another that the gold article does not name."""
    gold = [
        hits[0].passage.article
        for hits in found.articles
        if is_gold(case, hits[0].passage.article.article_id)
    ]
    held = "\n".join(f"{article.heading}\n{article.text}" for article in gold)
    return names.exchanged(case.question, held, rng) if held else None


def read_one(
    kind: str,
    case: Case,
    question: str,
    found: Found,
    reader: Reader,
    leans: Callable[[str], bool],
) -> Iterator[Asked]:
    ranked = readable(found.articles)
    if not ranked:
        return
    before = standalone(case.question, case.history, leans).background
    question = question if before else found.question  # as the assistant has it read
    candidates = score_sentences(question, ranked, reader, before)
    parts = (answer for part in case.answer_parts for answer in part)
    spelled = [*case.answers, *case.answers_query_lang, *parts]
    gold = [t for answer in spelled if len(t := tokens(answer)) <= LONGEST_SPAN]
    right = [
        is_gold(case, one.passage.article.article_id)
        and any(holds(tokens(one.text), answer) for answer in gold)
        for one in candidates
    ]
    yield Asked(
        name=case.id.split("-")[0] + (" across" if case.kind == Kind.CROSSLINGUAL else ""),
        kind=kind,
        question=question,
        case=case,
        gold=frozenset(
            name for hit in ranked if is_gold(case, name := hit.passage.article.article_id)
        ),
        ranked=ranked,
        candidates=candidates,
        features=np.asarray([astuple(one.features) for one in candidates], np.float32),
        right=np.asarray(right),
        words=np.asarray([one.words and short_right(case, one.short) for one in candidates], bool),
    )


def is_gold(case: Case, article_id: str) -> bool:
    return not {article_id, article_id.split("#")[0]}.isdisjoint([*case.aids, *case.alt_aids])


def without_gold(case: Case, found: Found) -> Found:
    rest = (
        hits for hits in found.articles if not is_gold(case, hits[0].passage.article.article_id)
    )
    return replace(found, articles=tuple(rest))


def by_name(read: Sequence[Asked]) -> list[list[Asked]]:
    names = sorted({one.name for one in read})
    return [[one for one in read if one.name == name] for name in names]


def shares_of(read: Sequence[Asked]) -> NDArray[np.float64]:
    """What each question counts: its kind's share, spread evenly over sets and their questions."""
    share = np.zeros(len(read))
    for kind, whole in _SHARES.items():
        of_kind = by_name([one for one in read if one.kind == kind])
        for ones in of_kind:
            for at, one in enumerate(read):
                if one.kind == kind and one.name == ones[0].name:
                    share[at] = whole / len(of_kind) / len(ones)
    scaled: NDArray[np.float64] = share * len(read) / share.sum()
    return scaled


def fit_sentences(sets: Sequence[Sequence[Asked]], without: int | None = None) -> Matrix:
    """Weights of ``Features`` by the likelihood of the right sentences (L-BFGS)."""
    data = [
        (torch.from_numpy(one.features), torch.from_numpy(one.right), 1 / len(ones) / len(sets))
        for ones in sets
        for one in ones
    ]
    weights = torch.zeros(len(fields(Features)), requires_grad=True)
    used = torch.ones(len(fields(Features)))
    if without is not None:
        used[without] = 0
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = _RIDGE * (weights**2).sum()
        for features, right, share in data:
            scores = features @ (weights * used)
            loss = loss + share * (scores.logsumexp(0) - scores[right].logsumexp(0))
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    fitted: Matrix = (weights * used).detach().numpy()
    return fitted


def first_right(ones: Sequence[Asked], weights: NDArray[np.floating]) -> list[float]:
    """Share of questions with a right sentence among the first one, two and three."""
    ranks = [
        int(one.right[np.argsort(-(one.features @ weights), kind="stable")].argmax())
        for one in ones
    ]
    return [round(sum(rank < first for rank in ranks) / len(ranks), 3) for first in (1, 2, 3)]


def fit(
    rows: NDArray[np.floating], labels: NDArray[np.bool_], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights of ``Confidence``; the intercept is that of its ``base``."""
    model = LogisticRegression(C=_INVERSE_RIDGE, max_iter=5000)
    model.fit(rows, labels, sample_weight=shares)
    return np.asarray([*model.coef_[0], model.intercept_[0]])


def cross_validated(
    rows: NDArray[np.floating],
    labels: NDArray[np.bool_],
    shares: NDArray[np.float64],
    read: Sequence[Asked],
) -> NDArray[np.float64]:
    """The probability of each question by weights that were fitted on the other sets."""
    sure = np.zeros(len(read))
    names = np.asarray([one.name for one in read])
    for name in set(names.tolist()):
        out = names == name
        others = ~out if len(set(names.tolist())) > 1 else out
        weights = fit(rows[others], labels[others], shares[others])
        sure[out] = 1 / (1 + np.exp(-(rows[out] @ weights[:-1] + weights[-1])))
    return sure


def without_each(
    rows: NDArray[np.floating],
    labels: NDArray[np.bool_],
    shares: NDArray[np.float64],
    read: Sequence[Asked],
) -> str:
    """By how much the cross-validated log loss grows without a feature, in thousandths."""

    def loss(kept: NDArray[np.floating]) -> float:
        sure = cross_validated(kept, labels, shares, read)
        return float(log_loss(labels, sure, sample_weight=shares))

    whole, names = loss(rows), [field.name for field in fields(Confidence)][:-1]
    grows = [1000 * (loss(np.delete(rows, at, 1)) - whole) for at in range(len(names))]
    return ", ".join(f"{name} {more:+.1f}" for name, more in zip(names, grows, strict=True))


def curve_point(read: Sequence[Asked], labels: Sequence[bool], given: NDArray[np.bool_]) -> str:
    """Of each kind how many are given, and how many of the answerable ones given are right."""
    parts = []
    for kind in _SHARES:
        of_kind = [at for at, one in enumerate(read) if one.kind == kind]
        if of_kind:
            parts.append(f"{kind} {np.mean([given[at] for at in of_kind]):.2f}")
    some = [at for at, one in enumerate(read) if one.kind == "answerable" and given[at]]
    rightly = np.mean([labels[at] for at in some]) if some else float("nan")
    return f"{', '.join(parts)}; right of the answerable {rightly:.2f}"


def say(name: str, record: type, weights: NDArray[np.floating]) -> None:
    values = zip(fields(record), weights.tolist(), strict=True)
    print(name, ", ".join(f"{field.name}={value:.3f}" for field, value in values))


if __name__ == "__main__":
    main()
