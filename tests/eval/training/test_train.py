"""The training loop on a tiny encoder: what it learns from, that it learns, stopping and going on."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from eval.training import train
from eval.training.examples import is_held_out
from eval.training.held_out import Held
from eval.training.network import Reading, open_network
from eval.training.pairs import Asked
from eval.training.public_sets import Text
from eval.training.train import (
    Material,
    Trainer,
    _listwise,
    _span_loss,
    encode,
    held_out_measure,
    material_of,
    read_all,
)
from index.embedding.tokenizer import PackagedTokenizer
from index.records import Span
from tests.eval.training.material import BRIDGE, EXAMPLES, GARDEN, TEXTS, curve
from tests.tiny_reader import decided_network


@pytest.fixture(scope="module")
def material() -> Material:
    return material_of(EXAMPLES, TEXTS)


@pytest.fixture
def new(tiny, tmp_path):
    """Makes a trainer from the start, in a folder of the test's."""

    def make(name: str = "work", seed: int = 1) -> Trainer:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        torch.manual_seed(seed)
        return Trainer(open_network(tiny), PackagedTokenizer(tiny), folder, seed)

    return make


def no_measure() -> dict[str, Held]:
    return {}


def state(trainer: Trainer, name: str) -> dict:
    return torch.load(trainer.folder / name, weights_only=True)


def asked_of(material: Material, seed: int, step: int) -> list[list[Asked]]:
    return material.groups(seed, step)


# What is learned from.


def test_what_is_held_out_is_never_in_the_material(material):
    assert GARDEN not in material.texts
    assert not [one for one in material.examples if is_held_out(one.group)]
    assert len(material.examples) == len(EXAMPLES) - 3
    seen = [one for step in range(30) for group in material.groups(1, step) for one in group]
    assert not [one for one in seen if GARDEN.title == one.title or "植物园" in one.text]


def test_the_groups_of_a_step_follow_from_seed_and_step(material):
    again = material_of(EXAMPLES, TEXTS)
    for step in (0, 1, 77):
        assert material.groups(1, step) == again.groups(1, step)
    assert material.groups(1, 0) != material.groups(2, 0)
    assert material.groups(1, 0) != material.groups(1, 1)


def test_what_is_told_twice_has_a_share_of_its_own():
    text = "云杉新工厂年产机器人5000台。大家都很高兴。公司说，新工厂的机器人产量将达5000台。"
    some = material_of((), [Text("a", "", text)])
    asked = [group[0] for step in range(20) for group in some.groups(1, step)]
    twice = [one for one in asked if "5000台" in one.text and one.text.count("机器人") == 1]
    assert 0.2 < len(twice) / len(asked) < 0.8


def test_a_step_has_so_many_questions_of_sets_and_of_news(material):
    groups = [group for step in range(20) for group in material.groups(1, step)]
    assert len(groups) == 20 * train.QUESTIONS
    sets = {one.question for one in EXAMPLES}
    share = sum(group[0].question in sets for group in groups) / len(groups)
    assert 0.5 < share < 0.8  # there are no people's questions among them
    assert {group[0].way for group in groups} == {"", "asked so"}


@pytest.mark.parametrize(
    ("examples", "texts"),
    [
        (EXAMPLES[:8], ()),
        ((), TEXTS),
        (EXAMPLES[8:10], ()),
        (EXAMPLES[:8], TEXTS),
        (EXAMPLES[8:11], TEXTS),
        ([replace(one, source="people/answerable") for one in EXAMPLES[:8]], TEXTS[:1]),
    ],
)
def test_where_a_kind_is_missing_the_others_stand_in(examples, texts):
    assert len(material_of(examples, texts).groups(1, 0)) == train.QUESTIONS


# What is learned.


def test_the_span_loss_is_least_where_the_answer_is_and_counts_each_of_its_places(tiny):
    tokenizer = PackagedTokenizer(tiny)
    text = "东岸大桥全长3公里，海棠小学3公里。"
    first, second = Span(6, 9), Span(14, 17)
    assert first.of(text) == second.of(text) == "3公里"
    one = Asked("多长？", "", text, (first, second))
    none = replace(one, answers=(), way="exchanged")
    pairs = encode(tokenizer, [one, none])

    def loss(*places: tuple[int, int]) -> list[float]:
        start = torch.full((2, len(pairs[0].ids)), -8.0)
        end = start.clone()
        for at, past in places:
            start[:, at] = end[:, past] = 8.0
        return _span_loss(Reading(start, end, torch.zeros(2)), pairs, [one, none]).tolist()

    here, there = (pairs[0].tokens(span) for span in (first, second))
    assert loss(here)[0] == pytest.approx(0, abs=0.01)
    assert loss(there)[0] == pytest.approx(0, abs=0.01)
    assert loss((0, 0))[0] > 10
    assert loss((0, 0))[1] == pytest.approx(0, abs=0.01)
    assert loss(here)[1] > 10
    # Both places, and those that begin at one and end at the other, share the mass.
    assert loss(here, there)[0] == pytest.approx(torch.tensor(2.0).log().item(), abs=0.01)


def test_an_answer_that_was_cut_off_teaches_no_span(tiny):
    one = Asked("问", "", "大" * 400 + "3", (Span(400, 401),))
    pairs = encode(PackagedTokenizer(tiny), [one])
    zeros = torch.zeros(1, len(pairs[0].ids), requires_grad=True)
    loss = _span_loss(Reading(zeros, zeros, torch.zeros(1)), pairs, [one])
    assert loss.tolist() == [0.0]
    assert loss.requires_grad


def test_the_passage_that_answers_is_held_against_its_own_near_misses():
    right = Asked("q", "", "t", (Span(0, 1),))
    miss = Asked("q", "", "t", (), "exchanged")
    alone = Asked("q", "", "t", (), "asked so")
    groups = [[alone], [right, miss, miss], [right]]
    good = _listwise(torch.tensor([9.0, 9.0, -9.0, -9.0, -9.0]), groups)
    bad = _listwise(torch.tensor([9.0, -9.0, 9.0, -9.0, -9.0]), groups)
    assert good.item() == pytest.approx(0, abs=1e-3)
    assert bad.item() == pytest.approx(18, abs=1e-3)
    assert _listwise(torch.tensor([3.0]), [[alone]]).item() == 0


def test_a_few_steps_on_a_tiny_set_reduce_the_loss(new, monkeypatch):
    monkeypatch.setattr(train, "QUESTIONS", 3)
    trainer = new()
    material = material_of(EXAMPLES, ())
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    for _ in range(40):
        trainer._one(material.groups(1, trainer.step % 4), 3e-3)
        trainer.step += 1
    first, last = (
        torch.tensor(some).mean(0) for some in (trainer._losses[:4], trainer._losses[-4:])
    )
    assert last[0] < 0.7 * first[0]
    assert last.sum() < 0.8 * first.sum()
    moved = {
        name
        for name, value in trainer.network.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert moved
    assert not [name for name in moved if name.startswith(("lower", "embeddings"))]


# Stopping and going on.


@pytest.fixture
def small_steps(monkeypatch, clock):
    monkeypatch.setattr(train, "QUESTIONS", 2)


def test_it_trains_for_the_time_given_and_says_what_was_reached(new, material, small_steps):
    trainer = new()
    lines = list(trainer.train(material, 8 / 60, no_measure, every=3.5 / 60))
    assert trainer.step == 8
    assert trainer.seconds == 8
    assert [one["step"] for one in curve(trainer.folder)] == [4, 8, 8]
    assert len(lines) == 3
    assert lines[-1].startswith("step 8, 0.1 min, losses [")
    assert not list(trainer.folder.glob("*.part"))


def test_a_line_says_how_it_goes_between_measurings(new, material, small_steps, monkeypatch):
    trainer = new()
    monkeypatch.setattr(
        trainer, "_one", lambda groups, rate: trainer._losses.append((1.0, 2.0, 3.0))
    )
    lines = list(trainer.train(material, 101 / 60, no_measure))
    assert [line.split(",")[0] for line in lines] == ["step 50", "step 100", "step 101"]
    assert lines[0].endswith("losses [1.0, 2.0, 3.0]")


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(new, material, small_steps):
    whole = new("whole")
    list(whole.train(material, 10 / 60, no_measure, every=3.5 / 60))
    first = new("broken")
    for line in first.train(material, 10 / 60, no_measure, every=3.5 / 60):
        assert line.startswith("step 4")
        break  # as a process that is killed while it says so
    second = new("broken", seed=1)
    assert second.resume("state.pt")
    assert (second.step, second.seconds) == (4, 4)
    list(second.train(material, 10 / 60, no_measure, every=3.5 / 60))
    assert second.step == whole.step == 10
    for one, other in zip(whole._parameters, second._parameters, strict=True):
        assert torch.allclose(one, other, atol=1e-6)
    for one, other in zip(whole._mean, second._mean, strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_there_is_nothing_to_resume_in_an_empty_folder(new):
    trainer = new()
    assert not trainer.resume("state.pt")
    assert trainer.step == 0


def test_a_run_whose_time_is_spent_only_measures(new, material, small_steps):
    trainer = new()
    list(trainer.train(material, 3 / 60, no_measure))
    again = new()
    again.resume("state.pt")
    (line,) = again.train(material, 3 / 60, no_measure)
    assert line.startswith("step 3,")
    assert again.step == 3


def test_the_rate_rises_stays_and_falls_and_what_was_before_the_fall_is_kept(
    new, material, monkeypatch, clock
):
    monkeypatch.setattr(train, "_WARM_UP", 4)
    trainer = new()
    rates = []

    def one(groups, rate):
        rates.append(rate / train._RATE)
        trainer._losses.append((0.0, 0.0, 0.0))

    monkeypatch.setattr(trainer, "_one", one)
    list(trainer.train(material, 20 / 60, no_measure))
    assert rates[:4] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert rates[4:14] == pytest.approx([1.0] * 10)
    assert rates[14:] == pytest.approx([6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7])
    kept = state(trainer, "stable.pt")
    assert (kept["step"], kept["seconds"]) == (14, 14)
    assert state(trainer, "state.pt")["step"] == 20


def test_what_was_before_the_fall_is_kept_once(new, material, monkeypatch, clock):
    trainer = new()
    monkeypatch.setattr(trainer, "_one", lambda groups, rate: None)
    list(trainer.train(material, 20 / 60, no_measure))
    before = (trainer.folder / "stable.pt").read_bytes()
    list(trainer.train(material, 25 / 60, no_measure))
    assert (trainer.folder / "stable.pt").read_bytes() == before


def test_measuring_is_done_with_the_mean_of_the_weights_and_leaves_them_as_they_were(
    new, material, small_steps
):
    trainer = new()
    seen = []

    def measure() -> dict[str, Held]:
        seen.append([p.detach().clone() for p in trainer._parameters])
        return {
            "set": Held(3, 0.5, 0.25, {"exchanged": 0.75}),
            "none": Held(1, *[float("nan")] * 2, {}),
        }

    (line,) = trainer.train(material, 4 / 60, measure)
    assert line.endswith("set F1 0.25")
    weights = state(trainer, "state.pt")["weights"]
    for mine, mean, measured, saved in zip(
        trainer._parameters, trainer._mean, seen[0], weights, strict=True
    ):
        assert torch.equal(measured, mean)
        assert torch.equal(mine, saved)
    assert any(not torch.equal(a, b) for a, b in zip(trainer._parameters, seen[0], strict=True))
    (said,) = curve(trainer.folder)
    assert said["held_out"]["set"] == {
        "questions": 3,
        "exact": 0.5,
        "f1": 0.25,
        "auroc": {"exchanged": 0.75},
    }


def test_the_weights_come_back_even_where_measuring_fails(new):
    trainer = new()
    with torch.no_grad():
        trainer._mean[0].add_(1.0)
    before = trainer._parameters[0].detach().clone()

    def measure() -> dict[str, Held]:
        assert not torch.equal(trainer._parameters[0], before)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.report(measure)
    assert torch.equal(trainer._parameters[0], before)


# Reading.


def test_a_batch_is_read_as_one_by_one_whatever_their_lengths(tiny):
    network, tokenizer = decided_network(tiny), PackagedTokenizer(tiny)
    asked = [Asked("问", "题", BRIDGE.text[: 3 + 17 * (at % 9)], ()) for at in range(20)]
    together = read_all(network, tokenizer, asked)
    for one, read in zip(asked, together, strict=True):
        (alone,) = read_all(network, tokenizer, [one])
        assert (alone.span, alone.answers) == (read.span, pytest.approx(read.answers, abs=1e-3))
        assert alone.span in one.text
    (empty,) = read_all(network, tokenizer, [Asked("问", "", "", ())])
    assert empty.span == ""
    assert read_all(network, tokenizer, []) == []


def test_what_it_is_measured_by_is_what_was_held_out(new, material):
    held = held_out_measure(new(), EXAMPLES, material, 9)()
    assert held.keys() == {"crud_news/single", "squad2_zh/answerable"}
    assert held["crud_news/single"].questions == 2
    assert 0 <= held["crud_news/single"].f1 <= 1
