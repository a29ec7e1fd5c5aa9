"""Does the verifier let pass what follows, and nothing else? Claims on whole articles, true and false.

    python -m eval.benchmarks.verification --library LIBRARY CLAIMS.jsonl ARTICLES.json …

A line of CLAIMS has ``id`` (of an article), ``true``, ``way`` and ``claim``; ARTICLES is a list with
``id``, ``title``, ``date`` and ``text``. It prints the share labelled *supported* of true and false
claims, by rules alone and with the network, and of the false ones by the way in which they are so;
then what other thresholds of the network's logit would give.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from index.embedding.centring import Centres
from index.embedding.load import load_encoder
from index.library.library import Library
from index.records import Article, Passage, Span
from index.text.dates.moments import day_named, find_moments
from index.text.language import detect_language
from index.text.sentences import split_sentences
from rag.extractive.entailment import PackagedEntailment
from rag.records import Support
from rag.verification import verify
from rag.verification.align import Similarity, centred_similarity
from rag.verification.entailment import Entailment
from rag.verification.verify import Verifier

_PASSAGE = 350
_FOLLOWS = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0)
_IN_OTHER_WORDS = (0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """A claim with its labels; ``logit`` where the network was asked."""

    follows: bool
    way: str
    by_rules: Support
    support: Support
    logit: float | None


class Kept:
    """A network that keeps what it said last."""

    def __init__(self, network: Entailment) -> None:
        self._network = network
        self.logit: float | None = None

    def follows(self, claim: str, title: str, evidence: str) -> float:
        self.logit = self._network.follows(claim, title, evidence)
        return self.logit


def main() -> None:
    described = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=described)
    parser.add_argument("files", nargs="+", type=Path, help="CLAIMS.jsonl ARTICLES.json …")
    parser.add_argument("--library", required=True, type=Path, help="whose centres are used")
    given = parser.parse_args()
    with Library.open(given.library) as library:
        manifest = library.manifest()
    encoder = load_encoder(manifest.encoder)
    centres = Centres.stored(manifest.question_means)
    similarity, network = centred_similarity(encoder, centres), PackagedEntailment(encoder)
    tried: list[Tried] = []
    for claims, articles in zip(given.files[::2], given.files[1::2], strict=True):
        some = list(try_all(claims, articles, similarity, network))
        print(claims.name, table(some), sep="\n", end="\n\n")
        tried += some
    print(curve(tried))


def try_all(
    claims: Path, articles: Path, similarity: Similarity, network: Entailment
) -> Iterator[Tried]:
    """Each claim of a file checked against the whole article that it is on."""
    known = {one["id"]: passages(one) for one in json.loads(articles.read_text("utf-8"))}
    with claims.open(encoding="utf-8") as lines:
        for line in lines:
            claim = json.loads(line)
            shown = known[claim["id"]]
            by_rules = Verifier(shown, similarity=similarity).check(claim["claim"], [1]).support
            kept = Kept(network)
            both = Verifier(shown, similarity=similarity, entailment=kept)
            support = both.check(claim["claim"], [1]).support
            yield Tried(claim["true"], claim["way"], by_rules, support, kept.logit)


def passages(given: dict[str, str]) -> list[Passage]:
    """An article cut into passages at its sentences."""
    days = [day_named(moment) for moment in find_moments(given["date"])]
    published = next((day for day in days if isinstance(day, date)), None)
    text = given["text"]
    article = Article(
        given["id"],
        title=given["title"],
        url="",
        date=published,
        account="",
        source="",
        text=text,
        language=detect_language(text),
    )
    found: list[Span] = []
    for span in split_sentences(text):
        if found and span.end - found[-1].start <= _PASSAGE:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return [Passage(at, article, span, article.language) for at, span in enumerate(found)]


def table(tried: Sequence[Tried]) -> str:
    """Shares labelled supported, and of the false ones by their way."""

    def share(some: Sequence[Tried], rules: bool) -> str:
        labels = [one.by_rules if rules else one.support for one in some]
        return f"{np.mean([label is Support.SUPPORTED for label in labels]):.2f}"

    lines = ["            rules  now  claims"]
    true = [one for one in tried if one.follows]
    false = [one for one in tried if not one.follows]
    ways = sorted({one.way for one in false})
    rows = [("true", true), ("false", false)]
    rows += [(f"  {way}", [one for one in false if one.way == way]) for way in ways]
    lines += [
        f"{name:<24}{share(some, True)}  {share(some, False)}  {len(some)}" for name, some in rows
    ]
    return "\n".join(lines)


def curve(tried: Sequence[Tried]) -> str:
    """What other values of the two thresholds would let pass, true and false."""
    lines = [f"{verify.FOLLOWS=} {verify.FOLLOWS_IN_OTHER_WORDS=}; true/false supported at"]
    for other in _IN_OTHER_WORDS:
        cells = []
        for plain in _FOLLOWS:
            shares = [
                float(
                    np.mean([_passes(one, plain, other) for one in tried if one.follows is follows])
                )
                for follows in (True, False)
            ]
            cells.append("{:.2f}/{:.2f}".format(*shares))
        lines.append(f"{other:>4}: " + "  ".join(cells))
    return "\n".join([lines[0], "      " + "  ".join(f"{one:>9}" for one in _FOLLOWS), *lines[1:]])


def _passes(one: Tried, plain: float, other: float) -> bool:
    if one.logit is None:
        return one.support is Support.SUPPORTED
    return one.logit >= (plain if one.by_rules is Support.SUPPORTED else other)


if __name__ == "__main__":
    main()
