"""How long the parts of a search take, beside the encoder's bare time for the same questions.

    python -m eval.benchmarks.latency LIBRARY QUESTIONS.jsonl [--questions 200] [--rounds 5] [--profile]

Prints a Markdown table: median and 95th percentile in milliseconds by the clock; the same of the
processor's time in the quickest round of each question, which other work on the machine changes less;
and the median as a multiple of the bare encoder's. Each question is measured in all ways right after
the other, so that other work falls on all of them; the first round warms up and is not counted.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.questions import Case, read_cases
from index.embedding.encoder import Encoder, Vectors
from index.embedding.load import load_encoder
from index.library.library import Library
from index.text.language import detect_language
from index.text.terms import index_terms
from rag.assistant import Assistant
from rag.question.limits import understand

Milliseconds = NDArray[np.float64]
"""By the clock and of the processor, shape (rounds, questions, 2)."""

_LIMIT = 128
_BARE = "the encoder alone"


class Remembering:
    """An encoder that gives a question's vector at once after the first time."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.most_tokens = encoder.dimension, encoder.most_tokens
        self.count_tokens = encoder.count_tokens
        self.encode_passages = encoder.encode_passages
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        for text in texts:
            if text not in self._known:
                self._known[text] = self._encoder.encode_queries([text])
        return np.vstack([self._known[text] for text in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--questions", dest="most", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="and where the rest of it goes")
    arguments = parser.parse_args()
    cases = read_cases(arguments.questions)
    cases = cases[:: max(1, len(cases) // arguments.most)][: arguments.most]
    with Library.open(arguments.library) as library:
        encoder = load_encoder(library.manifest().encoder)
    known = Remembering(encoder)
    with (
        Assistant.open(arguments.library, encoder=encoder) as whole,
        Assistant.open(arguments.library, encoder=known) as rest,
    ):
        whole.warm_up()
        chunks = rest.library.counts().chunks
        measured = _measured(cases, arguments.rounds, _ways(encoder, known, whole, rest))
        print(f"{chunks:,} passages, {len(cases)} questions, {arguments.rounds} rounds, ", end="")
        print(f"{os.environ.get('OMP_NUM_THREADS', 'all')} threads for the encoder\n")
        print(_table(measured))
        if arguments.profile:
            _profile(partial(_searched, rest), cases)


def _ways(
    encoder: Encoder, known: Encoder, whole: Assistant, rest: Assistant
) -> Mapping[str, Callable[[Case], object]]:
    """What is timed, by its name."""
    return {
        _BARE: lambda case: encoder.encode_queries([case.question]),
        "search": partial(_searched, whole),
        "search without the encoder": partial(_searched, rest),
        "… reading the question": partial(_understood, rest.library),
        "… candidates of both retrievers": partial(_candidates, rest.library, known),
    }


def _searched(assistant: Assistant, case: Case) -> None:
    assistant.search(case.question, case.history)


def _understood(library: Library, case: Case) -> None:
    scope = library.scope()
    assert scope.newest
    understand(case.question, today=scope.newest, accounts=scope.accounts)


def _candidates(library: Library, known: Encoder, case: Case) -> None:
    question = case.question
    vector, language = known.encode_queries([question]), detect_language(question)
    library.candidates(vector, language, index_terms(question), _LIMIT)


def _measured(
    cases: Sequence[Case], rounds: int, ways: Mapping[str, Callable[[Case], object]]
) -> dict[str, Milliseconds]:
    """What every question took in every way."""
    found = {name: np.zeros((rounds + 1, len(cases), 2)) for name in ways}
    for turn, (at, case), (name, ask) in product(range(rounds + 1), enumerate(cases), ways.items()):
        started, busy = time.perf_counter(), time.process_time()
        ask(case)
        took = time.perf_counter() - started, time.process_time() - busy
        found[name][turn, at] = np.asarray(took) * 1000
    return {name: times[1:] for name, times in found.items()}


def _table(measured: Mapping[str, Milliseconds]) -> str:
    lines = ["| | p50 / p95, ms | processor, ms | p50 : the encoder's |", "|---|---:|---:|---:|"]
    bare = float(np.median(measured[_BARE][..., 0]))
    for name, times in measured.items():
        middle, high = np.percentile(times[..., 0], [50, 95])
        busy, busiest = np.percentile(times[..., 1].min(axis=0), [50, 95])
        spent = f"{middle:.1f} / {high:.1f} | {busy:.1f} / {busiest:.1f}"
        lines.append(f"| {name} | {spent} | {middle / bare:.2f} |")
    return "\n".join(lines)


def _profile(ask: Callable[[Case], None], cases: Sequence[Case]) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for case in cases:
        ask(case)
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats(40)


if __name__ == "__main__":
    main()
