"""From data to weights by one command, on a tiny encoder."""

from __future__ import annotations

import json

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file

from eval.training import train
from eval.training.__main__ import main
from eval.training.public_sets import read_articles
from rag.extractive.reader import PackagedReader
from tests.eval.training.material import (
    BRIDGE,
    SCHOOL,
    asking,
    curve,
    squad_row,
    write_data,
    write_lines,
)


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path / "data")


@pytest.fixture
def run(tiny, data, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "QUESTIONS", 2)

    def run(*options, folder=data):
        arguments = [str(folder), str(tmp_path / "work"), "--most", "1", *map(str, options)]
        return CliRunner().invoke(main, arguments)

    return run


def reads(folder):
    (reading,) = PackagedReader(weights=folder / "reader.safetensors").read(
        "东岸大桥什么时候通车？", [(BRIDGE.title, BRIDGE.text)]
    )
    return reading


def test_it_trains_and_writes_weights_that_the_reader_takes(run, tmp_path):
    result = run("--minutes", 0.02)
    assert result.exit_code == 0, result.output
    work = tmp_path / "work"
    assert "11 examples, 4 articles" in result.output
    assert f"{work / 'reader.safetensors'} is written" in result.output
    (line,) = curve(work)
    assert line["step"] >= 1
    assert line["held_out"].keys() == {"crud_news/single", "squad2_zh/answerable"}
    assert reads(work).spans


def test_ctrl_c_keeps_what_was_reached_and_the_next_run_goes_on(run, tmp_path, monkeypatch, clock):
    one, work = train.Trainer._one, tmp_path / "work"

    def interrupted(trainer, groups, rate):
        if trainer.step == 3:
            raise KeyboardInterrupt
        one(trainer, groups, rate)

    monkeypatch.setattr(train.Trainer, "_one", interrupted)
    result = run("--minutes", 6 / 60, "--every", 1.5 / 60)
    assert result.exit_code == 0, result.output
    assert f"{work / 'reader.safetensors'} is written" in result.output
    assert torch.load(work / "state.pt", weights_only=True)["step"] == 3
    assert [line["step"] for line in curve(work)] == [2]
    first = reads(work)
    monkeypatch.setattr(train.Trainer, "_one", one)
    assert run("--minutes", 6 / 60).exit_code == 0
    assert [line["step"] for line in curve(work)] == [2, 6]
    assert reads(work) != first


def test_with_more_time_it_goes_on_from_before_the_rate_fell(run, tmp_path, clock):
    work = tmp_path / "work"
    assert run("--minutes", 6 / 60).exit_code == 0
    assert torch.load(work / "stable.pt", weights_only=True)["step"] == 4
    assert run("--minutes", 10 / 60, "--stable").exit_code == 0
    assert [line["step"] for line in curve(work)] == [6, 10]
    assert torch.load(work / "stable.pt", weights_only=True)["step"] == 7


def test_where_the_rate_never_fell_there_is_nothing_to_go_on_from(run, tmp_path):
    result = run("--minutes", 0.01, "--stable")
    assert result.exit_code == 2
    assert "stable.pt" in result.output
    assert not (tmp_path / "work").exists()


def test_it_can_start_from_written_weights(run, tmp_path):
    assert run("--minutes", 0.02).exit_code == 0
    work = tmp_path / "work"
    written = work / "reader.safetensors"
    kept = written.rename(tmp_path / "kept.safetensors")
    (work / "state.pt").unlink()
    assert run("--minutes", 0, "--start", kept).exit_code == 0
    before, after = load_file(kept), load_file(written)
    assert before.keys() == after.keys()
    assert all(torch.allclose(before[k].float(), after[k].float(), atol=1.01) for k in before)
    scales = [name for name in before if name.endswith(".scale")]
    assert all(torch.allclose(before[name], after[name], rtol=1e-3) for name in scales)


def test_further_questions_can_be_given(run, tmp_path, clock):
    row = squad_row("f" * 24, asking(SCHOOL, "校长叫啥？", "陈放"))
    write_lines(tmp_path / "people.jsonl", [row])
    result = run("--minutes", 1 / 60, "--questions", tmp_path / "people.jsonl")
    assert "12 examples, 4 articles" in result.output


def test_articles_can_be_left_out(run, data, tmp_path, monkeypatch, clock):
    ids = tmp_path / "ids.json"
    ids.write_text(json.dumps([BRIDGE.article_id, SCHOOL.article_id]), "utf-8")
    assert len(read_articles(data / "scale" / "articles.json.gz")) == 5
    result = run("--minutes", 1 / 60, "--without", ids)
    assert "11 examples, 2 articles" in result.output


def test_without_articles_or_without_sets_it_trains_on_the_rest(run, data, tmp_path, clock):
    (data / "scale" / "articles.json.gz").unlink()
    result = run("--minutes", 1 / 60)
    assert result.exit_code == 0, result.output
    assert "11 examples, 0 articles" in result.output


def test_an_empty_folder_is_refused(run, tmp_path):
    (tmp_path / "empty").mkdir()
    result = run(folder=tmp_path / "empty")
    assert result.exit_code == 2
    assert "neither question sets nor articles" in result.output
