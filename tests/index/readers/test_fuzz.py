"""Whatever a file holds, reading it ends, and with nothing but articles and problems.

Few examples of each kind, always the same; ``eval/benchmarks/fuzz_readers.py`` runs as long as it is told.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.readers.load import read_articles
from index.records import Problem, RawArticle

from .mutation import mutated, noise
from .samples import of_every_kind

SAMPLES = of_every_kind()
FEW = settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _here(libraries_here):
    """Workers run here, for a process a file takes half a second."""


def check(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.write_bytes(data)
    for one in read_articles([path]):
        assert isinstance(one, RawArticle | Problem)
        for text in (
            (one.english, one.chinese) if isinstance(one, Problem) else (one.content, one.title)
        ):
            assert text.encode() is not None  # no lone surrogates: it can be stored


@pytest.mark.parametrize("name", SAMPLES)
@FEW
@given(st.integers(0, 2**32))
def test_a_damaged_file_gives_articles_and_problems(tmp_path_factory, name, seed):
    rng = random.Random(f"{name}{seed}")
    check(tmp_path_factory.getbasetemp(), name, mutated(rng, name, SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
@FEW
@given(st.integers(0, 2**32))
def test_noise_gives_articles_and_problems(tmp_path_factory, name, seed):
    check(tmp_path_factory.getbasetemp(), name, noise(random.Random(seed), SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
@FEW
@given(st.binary(max_size=300))
def test_any_bytes_give_articles_and_problems(tmp_path_factory, name, data):
    check(tmp_path_factory.getbasetemp(), name, data)


@FEW
@given(st.text(st.sampled_from('甲a1 \n\r\t\0#<{[,"\\\u2028\ufeff\x85😀'), max_size=200))
def test_any_text_is_taken_as_it_is(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\0", "").encode())
    (article,) = read_articles([path])
    assert article.content == text.replace("\0", "")
