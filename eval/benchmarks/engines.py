"""The packaged models in ONNX Runtime beside the same in torch, and how long commands take to start.

    python -m eval.benchmarks.engines ARTICLES.json LIBRARY "QUESTION" [--passages 10000] [--before TREE]

Prints a Markdown table. Of the passages, the least cosine of a vector to torch's in float32; passages
a second of processor time, and the share of the core's arithmetic that this is (two operations for
each weight of a linear layer and token, against products of large matrices in the same run); a
question's vector; ten passages of 192 tokens read beside a question; all on one thread, in turns.
Then the median of five of commands that start anew, and the largest memory of any. ``--before`` names
another tree of this project (an older commit's), whose commands are run in turns with this one's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # read when torch is imported

import torch
from safetensors.torch import load_file

from eval.benchmarks.indexing import matrix_operations, operations_a_token, unique_passages
from eval.training.network import ReaderNetwork, open_network, tensors, unpack
from index.embedding.packaged_encoder import PackagedEncoder
from index.embedding.packaged_model import packaged_checkpoint, packaged_graph
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.embedding.tokenizer import PackagedTokenizer
from index.readers.load import read_articles
from index.records import RawArticle
from rag.extractive.reader import PackagedReader, weights_file
from rag.extractive.reader_input import make_pairs

_SPEED = 96
_TOKENS = 192
_ROUNDS = 5
_STARTS = {
    "`juwen --help`": ("--help",),
    "`juwen info`": ("info", "--library", "{library}"),
    "`juwen ask`": ("ask", "{question}", "--library", "{library}"),
}
_LAUNCH = """
import json, os, subprocess, sys, time
started = time.perf_counter()
running = subprocess.Popen(json.loads(sys.argv[1]), stdout=subprocess.DEVNULL)
_, status, used = os.wait4(running.pid, 0)
print(json.dumps([time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
sys.exit(bool(status))
"""
_RUN = "import sys; sys.path.insert(0, {tree!r}); from ui.cli import main; main(sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Start:
    """What one start of a command took."""

    seconds: float
    busy: float
    mebibytes: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("articles", type=Path, help="an export, as `juwen index` takes it")
    parser.add_argument("library", type=Path)
    parser.add_argument("question")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--before", type=Path, help="another tree of this project")
    options = parser.parse_args()
    print("| | torch float32 | ONNX Runtime | ratio |\n|---|---:|---:|---:|")
    if options.passages:
        received = (one for one in read_articles([options.articles]) if isinstance(one, RawArticle))
        passages = unique_passages(list(received))
        step = max(1, len(passages) // options.passages)
        for line in encoders(passages[::step][: options.passages], options.question):
            print(line, flush=True)
        print(reading(passages, options.question), flush=True)
    print("\n| | before, s | now, s | ratio | memory before, MiB | now, MiB | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for line in starts(options.before, options.library, options.question):
        print(line, flush=True)


def encoders(passages: Sequence[str], question: str) -> Iterator[str]:
    """Lines on passages and questions."""
    plain, packaged = SentenceTransformerEncoder("packaged"), PackagedEncoder()
    least = min(
        float((plain.encode_passages(some) * packaged.encode_passages(some)).sum(axis=1).min())
        for some in _in_parts(passages, 64)
    )
    yield f"| {len(passages):,} passages, least cosine | | {least:.5f} | |"
    some = passages[:: max(1, len(passages) // _SPEED)][:_SPEED]
    took = in_turns(
        {
            "torch": lambda: plain.encode_passages(some),
            "ONNX": lambda: packaged.encode_passages(some),
            "question, torch": lambda: plain.encode_queries([question]),
            "question, ONNX": lambda: packaged.encode_queries([question]),
        }
    )
    rate = {name: len(some) / took[name] for name in ("torch", "ONNX")}
    yield _line("passages a second and core", rate["torch"], rate["ONNX"])
    tokens = sum(packaged.count_tokens(some))
    peak = max(matrix_operations(plain.model) for _ in range(3))
    share = {n: tokens * operations_a_token(plain.model) / took[n] / peak for n in rate}
    of = f"share of the core's {peak / 1e9:.0f} GFLOP/s, {tokens / len(some):.0f} tokens a passage"
    yield _line(of, share["torch"], share["ONNX"])
    yield _line("a question, ms", *(1000 * took[f"question, {n}"] for n in ("torch", "ONNX")))


def reading(passages: Sequence[str], question: str) -> str:
    """The line on ten passages read beside a question."""
    network, reader = trained_network(), PackagedReader()
    tokenizer = PackagedTokenizer(packaged_graph())
    ten = [("", one) for one in _of_length(passages, tokenizer)]
    pairs = make_pairs(tokenizer, question, ten)
    given = tensors([pair.ids for pair in pairs], [pair.passage for pair in pairs])

    def by_torch() -> object:
        with torch.inference_mode():
            return network(*given)

    took = in_turns({"torch": by_torch, "ONNX": lambda: reader.read(question, ten)})
    return _line(f"ten passages of {_TOKENS} tokens read, s", took["torch"], took["ONNX"])


def trained_network() -> ReaderNetwork:
    network = open_network(packaged_checkpoint())
    unpack(network, load_file(str(weights_file())))
    return network.eval()


def _of_length(passages: Sequence[str], tokenizer: PackagedTokenizer) -> Iterator[str]:
    """Ten texts cut to the length that the reader is measured at."""
    joined = ["\n".join(some) for some in _in_parts(passages[:100], 10)]
    for text, found in zip(joined, tokenizer.encode(joined), strict=True):
        yield text[: found.offsets[_TOKENS - 1][1]]


def in_turns(ways: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median processor seconds of each way; the first round warms up and is not counted."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS + 1):
        for name, run in ways.items():
            started = time.process_time()
            run()
            found[name].append(time.process_time() - started)
    return {name: statistics.median(times[1:]) for name, times in found.items()}


def starts(before: Path | None, library: Path, question: str) -> Iterator[str]:
    """Lines on commands that start anew."""
    here = Path(__file__).resolve().parents[2]
    trees = [tree.resolve() for tree in (before, here) if tree]
    for name, arguments in _STARTS.items():
        words = [one.format(library=library, question=question) for one in arguments]
        ran = {tree: list[Start]() for tree in trees}
        for _ in range(_ROUNDS + 1):
            for tree in trees:
                ran[tree].append(start(tree, words))
        columns = []
        for measured in ("seconds", "mebibytes"):
            middle = [
                statistics.median(getattr(one, measured) for one in ran[t][1:]) for t in trees
            ]
            old = f"{middle[0]:.2f}" if before else "–"
            ratio = f"{middle[-1] / middle[0]:.2f}" if before else "–"
            columns += [old, f"{middle[-1]:.2f}", ratio]
        yield f"| {name} | {' | '.join(columns)} |"


def start(tree: Path, words: Sequence[str]) -> Start:
    """Run a command of a tree to its end, with as many threads as it likes.

    A small process starts it: of a large one the new process would count the memory, too.
    """
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    command = [sys.executable, "-c", _RUN.format(tree=str(tree)), *words]
    launcher = [sys.executable, "-S", "-c", _LAUNCH, json.dumps(command)]
    ran = subprocess.run(launcher, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{' '.join(words)} of {tree} failed: {ran.stderr[-300:]}")
    return Start(*json.loads(ran.stdout))


def _in_parts(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(texts), size):
        yield texts[at : at + size]


def _line(name: str, torch_took: float, onnx_took: float) -> str:
    return f"| {name} | {torch_took:.3g} | {onnx_took:.3g} | {onnx_took / torch_took:.2f} |"


if __name__ == "__main__":
    main()
