"""What becomes of every article of an export: kinds, rules, and whether each fact is still there.

    python -m eval.benchmarks.ingestion export.json page.txt --questions questions.jsonl

Reads and cleans as ``juwen index`` does, without a model: embedding is replaced by zeros. Prints how
many articles are of which kind, what each cleaning rule changed, lines that look like footers and
are still there, and the ``evidence`` strings of the questions that the cleaned text of their
article no longer holds, white space aside. Ends with exit code 1 if an article, a footer or a fact
is not as it should be.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.build import index_articles
from index.embedding.encoder import Vectors
from index.library.library import Library

_FOOTER = re.compile(
    r"^.{0,6}(?:欢迎转[发载]|(?:觉得|感觉).{0,6}不错.{0,4}点个?赞|(?:点击|戳)[^。]{0,8}阅读[原全]文|滑动查看|长按[^。]{0,6}二维码|END。?$|[↓▼]+$)"
)


class NoEncoder:
    """Vectors of zeros: this measures what is done to text."""

    name = fingerprint = "none"
    dimension = 8
    most_tokens = 512

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [0] * len(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), self.dimension), np.float32)

    encode_queries = encode_passages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("articles", nargs="+", type=Path)
    parser.add_argument("--questions", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        summary = index_articles(arguments.articles, Path(folder) / "library", encoder=NoEncoder())
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"read {summary.read}, taken {summary.added}, repeated {summary.repeated}, "
            f"failed {summary.failed}, without text {summary.empty}; "
            f"{summary.added / seconds:.0f} articles/s, peak memory {peak} MiB"
        )
        with Library.open(Path(folder) / "library") as library:
            kinds = library.counts().kinds
            print("kinds:", ", ".join(f"{kind} {count}" for kind, count in kinds.items()))
            _print_rules(library)
            footers = list(_footers(library))
            print(f"lines that look like footers: {len(footers)}", *footers[:20], sep="\n  ")
            missing = list(_missing(library, arguments.questions)) if arguments.questions else []
            print(f"evidence not found: {len(missing)}", *missing[:20], sep="\n  ")
    accounted = summary.read == summary.added + summary.repeated + summary.failed
    sys.exit(bool(footers or missing or summary.failed or not accounted))


def _print_rules(library: Library) -> None:
    times: Counter[str] = Counter()
    articles: defaultdict[str, set[str]] = defaultdict(set)
    for article_id in library.article_ids():
        for change in library.changes(article_id):
            times[change.rule] += 1
            articles[change.rule].add(article_id)
    for rule, count in times.most_common():
        print(f"  {rule}: {count} times in {len(articles[rule])} articles")


def _footers(library: Library) -> Iterator[str]:
    for article in library.articles():
        for line in article.text.split("\n"):
            if _FOOTER.search(line):
                yield f"{article.article_id}: {line[:60]}"


def _missing(library: Library, questions: Path) -> Iterator[str]:
    texts: defaultdict[str, str] = defaultdict(str)
    for article in library.articles():
        for name in {article.article_id, article.article_id.partition("#")[0]}:
            texts[name] += _squeezed(f"{article.title}\n{article.text}")
    asked = 0
    with questions.open(encoding="utf-8") as lines:
        for line in lines:
            question = json.loads(line)
            evidence = question.get("evidence") or []
            for words in [evidence] if isinstance(evidence, str) else evidence:
                asked += 1
                if not any(_squeezed(words) in texts[aid] for aid in question["aids"]):
                    yield f"{question['id']}: {words[:60]}"
    print(f"evidence strings: {asked}")


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


if __name__ == "__main__":
    main()
