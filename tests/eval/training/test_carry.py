"""The verifier's network, carried over to another reader."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import save_file

from eval.training.carry import main
from index.embedding.packed_file import FILE_SHA256
from rag.extractive.reader_graph import digest, read_weights, with_additions

WIDE = 24


def matrix(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    scales = (np.abs(values).max(axis=1) / 127).astype(np.float32)
    rows = np.round(values / scales[:, None]).astype(np.int8)
    return {f"{name}.weight": rows, f"{name}.weight.scale": scales}


def write_reader(path, seed: int):
    rng = np.random.default_rng(seed)
    found = {}
    for name in ("upper.0.dense", "span", "answerable.0", "answerable.2"):
        found |= matrix(name, rng.standard_normal((WIDE, WIDE)))
        found[f"{name}.bias"] = rng.standard_normal(WIDE).astype(np.float32)
    for kind in ("weight", "bias"):
        found[f"upper.0.LayerNorm.{kind}"] = rng.standard_normal(WIDE).astype(np.float32)
    save_file(found, str(path), metadata={"encoder": FILE_SHA256})
    return path


def write_additions(path, reader):
    rng = np.random.default_rng(9)
    found = {}
    for part, shape in (("up", (WIDE, 2)), ("down", (2, WIDE))):
        found[f"upper.0.dense.{part}"] = rng.standard_normal(shape).astype(np.float32)
    for name in ("answerable.0", "answerable.2"):
        found[f"{name}.weight"] = rng.standard_normal((WIDE, WIDE)).astype(np.float32)
        found[f"{name}.bias"] = rng.standard_normal(WIDE).astype(np.float32)
    save_file(found, str(path), metadata={"reader": digest(reader)})
    return path


def whole(weights, name: str) -> np.ndarray:
    return weights[f"{name}.weight"] * weights[f"{name}.weight.scale"][:, None].astype(np.float32)


@pytest.fixture
def files(tmp_path):
    old, new = (write_reader(tmp_path / f"{name}.safetensors", at) for at, name in enumerate("ab"))
    return old, write_additions(tmp_path / "additions.safetensors", old), new, tmp_path / "carried"


def carried(files, rank: int):
    old, additions, new, target = files
    ran = CliRunner().invoke(main, [*map(str, files), "--rank", str(rank)])
    assert ran.exit_code == 0, ran.output
    wanted = with_additions(read_weights(old), additions, digest(old))
    return wanted, with_additions(read_weights(new), target, digest(new))


def test_with_all_singular_values_the_network_is_the_same(files):
    wanted, found = carried(files, WIDE)
    assert np.allclose(whole(found, "upper.0.dense"), whole(wanted, "upper.0.dense"), atol=0.2)
    for name in ("upper.0.dense.bias", "upper.0.LayerNorm.weight", "answerable.0.bias"):
        assert np.allclose(found[name], wanted[name], atol=1e-2)
    assert np.allclose(whole(found, "answerable.0"), whole(wanted, "answerable.0"), atol=1e-2)


def test_the_more_are_kept_the_nearer_it_comes(files):
    apart = []
    for rank in (1, 4, 12):
        wanted, found = carried(files, rank)
        apart.append(np.linalg.norm(whole(found, "upper.0.dense") - whole(wanted, "upper.0.dense")))
    assert apart[0] > apart[1] > apart[2]


def test_what_is_carried_is_that_readers_alone(files):
    carried(files, 4)
    old, _, _, target = files
    with pytest.raises(ValueError, match="another reader"):
        with_additions(read_weights(old), target, digest(old))
