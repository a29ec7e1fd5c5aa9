"""What is said of a cluster's faults, by a Ray that is a few lines long."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from index.embedding.ray_cluster import Cluster, _connect, _tasks
from index.embedding.worker import Order
from index.errors import EncoderError
from tests.index.embedding import fakes
from tests.index.embedding.fakes import WindowEncoder

TEXTS = ["渡轮开航。", "大桥通车。"]


class RayError(Exception):
    """As Ray's."""


class RayTaskError(RayError):
    """As Ray's: what a task raised."""

    def __init__(self, cause: Exception) -> None:
        super().__init__("a traceback\nof many lines")
        self.cause = cause


class OutOfMemoryError(RayError):
    """As Ray's."""


@pytest.fixture
def ray(monkeypatch):
    """A Ray whose tasks run at once, in this process."""

    def remote(**options):
        assert options["num_cpus"] == 1
        return lambda run: SimpleNamespace(remote=lambda *given: (run, given))

    def get(task):
        run, given = task
        try:
            return run(*given)
        except RayError:
            raise
        except Exception as error:
            raise RayTaskError(error) from error

    module, exceptions = ModuleType("ray"), ModuleType("ray.exceptions")
    module.init = lambda **options: None
    module.cluster_resources = lambda: {"CPU": 6.0, "memory": 1.0}
    module.remote, module.get = remote, get
    exceptions.RayError, exceptions.RayTaskError = RayError, RayTaskError
    monkeypatch.setitem(sys.modules, "ray", module)
    monkeypatch.setitem(sys.modules, "ray.exceptions", exceptions)
    return module


def encode(load, texts=TEXTS):
    return _tasks(Cluster(Order("fake", "fake", load), "head:1", 0))(texts)


def test_a_cluster_says_how_many_processors_it_has(ray):
    assert _connect("head:1") == 6


def test_a_cluster_without_processors_is_refused(ray):
    ray.cluster_resources = lambda: {"memory": 1.0}
    with pytest.raises(EncoderError, match="offers no processor"):
        _connect("head:1")


def test_a_cluster_that_cannot_be_joined_is_said_in_one_sentence(ray):
    def refuse(**options):
        raise RuntimeError("Version mismatch: 2.60.0\nThis process has 2.50.0")

    ray.init = refuse
    with pytest.raises(
        EncoderError, match=r"joined \(RuntimeError: Version mismatch: 2.60.0\)"
    ) as e:
        _connect("head:1")
    assert "\n" not in e.value.english + e.value.chinese


def test_tasks_give_the_vectors_of_the_encoder(ray):
    assert np.array_equal(encode(fakes.load_window), WindowEncoder().encode_passages(TEXTS))


def test_what_is_wrong_with_the_model_is_said_as_the_worker_said_it(ray):
    with pytest.raises(EncoderError, match=r"^there is no model 'fake' here$"):
        encode(fakes.load_nothing)


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (fakes.load_broken, r"\(ZeroDivisionError: in fake\)"),
        (lambda name: fail(OutOfMemoryError("Task was killed\nby the node")), "Task was killed"),
    ],
)
def test_what_else_goes_wrong_is_one_sentence_with_a_way_out(ray, load, said):
    with pytest.raises(EncoderError, match=said) as raised:
        encode(load)
    assert "run it again" in raised.value.english
    assert "\n" not in raised.value.english + raised.value.chinese


def fail(error: Exception) -> WindowEncoder:
    raise error
