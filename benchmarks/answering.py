"""The weights by which sentences are chosen and answers refused, fitted on question sets.

    python benchmarks/answering.py LIBRARY=questions.jsonl … [--limit N]

Prints ``rag.score.WEIGHTS`` and ``rag.refusal.WEIGHTS`` as they fit these sets, and for each set how
often a sentence with a gold answer is among the first one, two and three, with the fitted weights
and with those in use. Sentences: a softmax over all sentences of a question, the likelihood of those
with a gold answer made as great as can be. Refusal: a logistic regression of answerable questions
against unanswerable ones, among them answerable ones whose gold articles were taken out of the
evidence. Each set counts alike, however many questions it has.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.answers import LONGEST_SPAN
from eval.normalise import holds, tokens
from eval.questions import Case, read_cases
from index.embed import Encoder, load_encoder
from rag.assistant import Assistant, standalone_question
from rag.records import Found, RankedPassage
from rag.refusal import Confidence, confidence_signs
from rag.score import WEIGHTS, Signs, readable, score_sentences

_RIDGE = 1e-3
_INVERSE_RIDGE = 1.0
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One question with its candidates: signs, and which hold a gold answer."""

    signs: Matrix
    right: NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sets", nargs="+", metavar="LIBRARY=QUESTIONS")
    parser.add_argument("--limit", type=int, default=0, help="questions of a set, chosen at random")
    arguments = parser.parse_args()
    sentences: list[list[Asked]] = []
    answered: list[list[Confidence]] = []
    refused: list[list[Confidence]] = []
    for named in arguments.sets:
        folder, questions = named.split("=", 1)
        some = chosen_cases(questions, arguments.limit)
        with Assistant.open(folder) as assistant:
            encoder = load_encoder(assistant.library.manifest().encoder)
            read = [(case, assistant.search(case.question, case.history)) for case in some]
            sentences.append([one for case, found in read if (one := asked(case, found, encoder))])
            answered.append(signs_of([(c, f.articles) for c, f in read if c.aids], encoder))
            gone = [(c, without_gold(c, f)) for c, f in read]
            refused.append(signs_of(gone, encoder))
    weights = fit_sentences(sentences)
    print(
        "rag.score",
        {f.name: round(float(w), 2) for f, w in zip(fields(Signs), weights, strict=True)},
    )
    for named, ones in zip(arguments.sets, sentences, strict=True):
        print(
            named,
            "fitted",
            first_right(ones, weights),
            "in use",
            first_right(ones, np.asarray(astuple(WEIGHTS))),
        )
    fitted = fit_confidence(answered, refused)
    print(
        "rag.refusal",
        {f.name: round(float(w), 3) for f, w in zip(fields(Confidence), fitted, strict=True)},
    )


def chosen_cases(questions: str, limit: int) -> list[Case]:
    cases = list(read_cases(questions))
    return random.Random(1).sample(cases, limit) if 0 < limit < len(cases) else cases


def asked(case: Case, found: Found, encoder: Encoder) -> Asked | None:
    """The candidates of an answerable question; ``None`` where no sentence holds a gold answer."""
    parts = (answer for part in case.answer_parts for answer in part)
    gold = [tokens(answer) for answer in (*case.answers, *case.answers_query_lang, *parts)]
    gold = [answer for answer in gold if len(answer) <= LONGEST_SPAN]
    ranked = readable(found.articles)
    if not (case.aids and gold and ranked):
        return None
    candidates = score_sentences(case.question, ranked, encoder, background(case))
    right = np.asarray(
        [
            is_gold(case, one.passage.article.article_id)
            and any(holds(tokens(one.text), answer) for answer in gold)
            for one in candidates
        ]
    )
    signs = np.asarray([astuple(one.signs) for one in candidates], np.float32)
    return Asked(signs, right) if right.any() else None


def background(case: Case) -> str:
    return standalone_question(case.question, case.history).removesuffix(case.question)


def is_gold(case: Case, article_id: str) -> bool:
    return not {article_id, article_id.split("#")[0]}.isdisjoint([*case.aids, *case.alt_aids])


def without_gold(case: Case, found: Found) -> Sequence[Sequence[RankedPassage]]:
    return [
        hits for hits in found.articles if not is_gold(case, hits[0].passage.article.article_id)
    ]


def signs_of(
    read: Sequence[tuple[Case, Sequence[Sequence[RankedPassage]]]], encoder: Encoder
) -> list[Confidence]:
    found = []
    for case, articles in read:
        if ranked := readable(articles):
            best = score_sentences(case.question, ranked, encoder, background(case))[0]
            found.append(confidence_signs(case.question, background(case), ranked, best))
    return found


def fit_sentences(sets: Sequence[Sequence[Asked]]) -> Matrix:
    """Weights of ``Signs`` by the likelihood of the right sentences (L-BFGS)."""
    data = [
        (torch.from_numpy(one.signs), torch.from_numpy(one.right), 1 / len(ones) / len(sets))
        for ones in sets
        for one in ones
    ]
    weights = torch.zeros(len(fields(Signs)), requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = _RIDGE * (weights**2).sum()
        for signs, right, share in data:
            scores = signs @ weights
            loss = loss + share * (scores.logsumexp(0) - scores[right].logsumexp(0))
        loss.backward()
        return loss

    optimiser.step(closure)
    fitted: Matrix = weights.detach().numpy()
    return fitted


def first_right(ones: Sequence[Asked], weights: NDArray[np.floating]) -> list[float]:
    """Share of questions with a right sentence among the first one, two and three."""
    ranks = [
        int(one.right[np.argsort(-(one.signs @ weights), kind="stable")].argmax()) for one in ones
    ]
    return [round(sum(rank < first for rank in ranks) / len(ranks), 3) for first in (1, 2, 3)]


def fit_confidence(
    answered: Sequence[Sequence[Confidence]], refused: Sequence[Sequence[Confidence]]
) -> NDArray[np.float64]:
    """Weights of ``Confidence``; the intercept is that of its ``base``."""
    rows, labels, shares = [], [], []
    for label, sets in ((1, answered), (0, refused)):
        for ones in sets:
            rows += [astuple(one)[:-1] for one in ones]
            labels += [label] * len(ones)
            shares += [1 / len(ones)] * len(ones)
    scaled = np.asarray(shares) * len(shares) / sum(shares)
    model = LogisticRegression(C=_INVERSE_RIDGE, max_iter=5000)
    model.fit(np.asarray(rows), labels, sample_weight=scaled)
    return np.asarray([*model.coef_[0], model.intercept_[0]])


if __name__ == "__main__":
    main()
