"""The verifier's network: what is trained, what is shipped, and what claims it learns from."""

from __future__ import annotations

import json
import random
from itertools import count

import pytest
import torch

from eval.training.claims import Claim, claims_of
from eval.training.entailment import (
    Material,
    add_low_rank,
    auroc,
    logits,
    read_additions,
    read_written,
    train,
    write_additions,
)
from eval.training.export import write_weights
from eval.training.public_sets import Text
from index.embedding.tokenizer import PackagedTokenizer
from rag.extractive.reader import PackagedReader
from tests.eval.training.material import BRIDGE, FACTORY, SCHOOL, TEXTS
from tests.tiny_reader import decided_network

CHINESE = (BRIDGE, SCHOOL, FACTORY)


def made(seed: int = 0, times: int = 60) -> list[Claim]:
    rng = random.Random(seed)
    return [claim for _ in range(times) for text in CHINESE for claim in claims_of(text, rng)]


def test_claims_come_in_pairs_of_one_sentence_one_of_which_does_not_follow():
    claims = made()
    for true, false in zip(claims[::2], claims[1::2], strict=True):
        assert (true.follows, false.follows) == (True, False)
        assert true.evidence == false.evidence
        assert true.text != false.text
        assert false.text not in false.evidence
    assert len({claim.kind for claim in claims}) > 6


def test_claims_of_one_seed_are_the_same():
    assert made(7, 5) == made(7, 5)


@pytest.mark.parametrize(
    ("sentence", "kind", "claim"),
    [
        ("东岸大桥将于六月底正式通车并对外开放使用。", "plan", "东岸大桥已于"),
        ("部分工厂已经在年底之前换上了新的设备。", "scope", "所有工厂"),
        ("王小明表示，木工课比陶艺课更受孩子欢迎。", "cause", "陶艺课比木工课"),
    ],
)
def test_ways_in_which_claims_go_wrong(sentence, kind, claim):
    text = Text("a", "标题", sentence)
    found = {
        one.text
        for seed in range(300)
        for one in claims_of(text, random.Random(seed))
        if one.kind == kind
    }
    assert any(claim in one for one in found), found


def test_nothing_is_made_of_a_text_without_sentences():
    assert claims_of(Text("a", "标题", "短。"), random.Random(0)) == []


def test_low_rank_additions_change_nothing_before_training_and_alone_are_trained(tiny):
    network = decided_network(tiny)
    tokenizer = PackagedTokenizer(tiny)
    claims = made(times=3)
    before = logits(network, tokenizer, claims)
    added = add_low_rank(network)
    assert logits(network, tokenizer, claims) == pytest.approx(before, abs=1e-5)
    trained = {id(p) for p in network.parameters() if p.requires_grad}
    own = {id(p) for one in added for p in (one.down, one.up)}
    assert trained == own | {id(p) for p in network.answerable.parameters()}


def test_training_learns_and_keeps_what_the_frozen_layers_made(tiny):
    torch.manual_seed(0)
    network = decided_network(tiny)
    add_low_rank(network)
    tokenizer = PackagedTokenizer(tiny)
    claims = made(times=2)
    a_clock = count(0, 6 / 300).__next__  # 300 steps
    list(train(network, tokenizer, Material(claims, ()), claims, 0.1, seed=1, clock=a_clock))
    assert auroc(claims, logits(network, tokenizer, claims)) > 0.7


def test_what_is_shipped_reads_like_what_was_trained(tiny, tmp_path, monkeypatch):
    network = decided_network(tiny)
    reader = tmp_path / "reader.safetensors"
    write_weights(network, reader)
    monkeypatch.setattr("rag.extractive.reader.weights_file", lambda: reader)
    added = add_low_rank(network)
    with torch.no_grad():
        for one in added:
            one.up.normal_(std=0.02)
    path = tmp_path / "entailment.safetensors"
    write_additions(network, added, path)
    other = decided_network(tiny)
    read_additions(other, add_low_rank(other), path)
    claims = made(times=2)
    trained = logits(other, PackagedTokenizer(tiny), claims)
    shipped = PackagedReader(weights=reader, additions=path)
    found = [shipped.read(c.text, [(c.title, c.evidence)])[0].answers for c in claims]
    assert found == pytest.approx(trained, abs=0.3)
    plain = [
        PackagedReader(weights=reader).read(c.text, [(c.title, c.evidence)])[0].answers
        for c in claims
    ]
    assert found != pytest.approx(plain, abs=0.05)


def test_additions_of_another_reader_are_refused(tiny, tmp_path, monkeypatch):
    from index.errors import EncoderError

    network = decided_network(tiny)
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    write_weights(network, first)
    monkeypatch.setattr("rag.extractive.reader.weights_file", lambda: first)
    added = add_low_rank(network)
    write_additions(network, added, tmp_path / "entailment.safetensors")
    changed = decided_network(tiny)
    with torch.no_grad():
        changed.span.bias.add_(1)
    write_weights(changed, second)
    shipped = PackagedReader(weights=second, additions=tmp_path / "entailment.safetensors")
    with pytest.raises(EncoderError, match="another reader"):
        shipped.read("甲", [("乙", "丙")])


def test_auroc_counts_ties_by_half():
    claims = [Claim("", "", "", follows, "", "") for follows in (True, True, False)]
    assert auroc(claims, [1.0, 0.0, 0.0]) == 0.75


def test_written_claims_are_read_from_lines(tmp_path):
    (claim, *_) = made(times=1)
    path = tmp_path / "claims.jsonl"
    fields = ("text", "title", "evidence", "follows", "kind", "group")
    path.write_text(json.dumps({name: getattr(claim, name) for name in fields}) + "\n", "utf-8")
    assert read_written(path) == [claim]


def test_a_step_follows_from_its_number_and_mixes_both(tiny):
    written = made(times=20)
    material = Material(written, TEXTS[:3])
    assert material.step(1, 4) == material.step(1, 4)
    assert material.step(1, 4) != material.step(1, 5)
    assert sum(one in written for one in material.step(1, 4)) >= 24
