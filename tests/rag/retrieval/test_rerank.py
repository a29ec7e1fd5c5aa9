"""The optional reranker, with tiny cross-encoders made here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.errors import EncoderError
from index.records import Article, Passage, Span
from rag.records import RankedPassage
from rag.retrieval import rerank
from rag.retrieval.rerank import RERANKED, Reranker

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"东岸大桥海棠小学通车招生什么时候有多长新"]


def hit(number: int, text: str = "大桥", title: str = "") -> RankedPassage:
    kept = Article(f"a{number}", title, "", None, "", text, "", "zh")
    passage = Passage(number, kept, Span(0, len(text)), "zh")
    return RankedPassage(passage, score=9.0 - number, cosine=0.5)


def ids(hits) -> list[str]:
    return [each.passage.article.article_id for each in hits]


def make_model(folder: Path, *, labels: int = 1, head: bool = True) -> str:
    """A BERT with two layers and random weights, saved as a cross-encoder (or without a head)."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=labels,
        initializer_range=0.5,
    )
    torch.manual_seed(5)
    (BertForSequenceClassification if head else BertModel)(config).save_pretrained(folder)
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> str:
    return make_model(tmp_path_factory.mktemp("reranker"))


class Counting:
    """In place of a ``CrossEncoder``: prefers passages with more characters, keeps what it read."""

    def __init__(self):
        self.read = []

    def predict(self, pairs, **_):
        self.read += pairs
        return np.asarray([len(text) for _, text in pairs], np.float32)


@pytest.fixture
def counting(monkeypatch) -> Counting:
    model = Counting()
    monkeypatch.setattr(rerank, "_load_model", lambda name: model)
    return model


def test_the_model_orders(counting):
    hits = [hit(1, "桥"), hit(2, "东岸大桥"), hit(3, "大桥")]
    found = Reranker.load("any").rerank("大桥？", hits)
    assert found == [hits[1], hits[2], hits[0]]


def test_it_reads_the_title_with_the_passage(counting):
    Reranker.load("any").rerank("大桥？", [hit(1, "通车了。", title="东岸大桥")])
    assert counting.read == [("大桥？", "东岸大桥\n通车了。")]


def test_only_the_best_are_read_and_none_is_lost(counting):
    hits = [hit(number, "桥" * number) for number in range(1, RERANKED + 6)]
    found = Reranker.load("any").rerank("大桥？", hits)
    assert len(counting.read) == RERANKED
    assert found == [*hits[:RERANKED][::-1], *hits[RERANKED:]]


def test_equal_scores_keep_their_order(counting):
    hits = [hit(number) for number in (3, 1, 2)]
    assert ids(Reranker.load("any").rerank("大桥？", hits)) == ["a3", "a1", "a2"]


def test_nothing_to_order_loads_no_model():
    assert Reranker.load("no/such-model").rerank("大桥？", []) == []


@pytest.mark.model
def test_a_cross_encoder_orders_by_its_own_scores(tiny):
    from sentence_transformers import CrossEncoder

    texts = ["东岸大桥通车", "海棠小学招生", "大桥有多长", "新小学"]
    hits = [hit(number, text, title="新大桥") for number, text in enumerate(texts)]
    read = [("大桥有多长", f"新大桥\n{text}") for text in texts]
    scores = CrossEncoder(tiny, device="cpu").predict(read)
    expected = [f"a{at}" for at in np.argsort(-scores, kind="stable")]
    assert len(set(scores.tolist())) == len(texts)
    reranker = Reranker.load(tiny)
    assert ids(reranker.rerank("大桥有多长", hits)) == expected
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda _: ids(reranker.rerank("大桥有多长", hits)), range(8))
    assert list(found) == [expected] * 8


@pytest.mark.model
def test_a_passage_longer_than_the_model_is_cut(tiny):
    hits = [hit(1, "东岸大桥" * 200), hit(2, "海棠小学")]
    assert sorted(ids(Reranker.load(tiny).rerank("大桥有多长", hits))) == ["a1", "a2"]


@pytest.mark.model
@pytest.mark.parametrize(("labels", "head"), [(3, True), (1, False)], ids=["classifier", "encoder"])
def test_a_model_that_is_no_reranker_is_refused(tmp_path, labels, head):
    folder = make_model(tmp_path / "model", labels=labels, head=head)
    with pytest.raises(EncoderError, match="one score") as raised:
        Reranker.load(folder).rerank("大桥？", [hit(1)])
    assert repr(folder) in str(raised.value)
    assert "重排" in raised.value.chinese


@pytest.mark.parametrize("content", [{}, {"notes.txt": "甲"}, {"config.json": "{"}])
def test_a_folder_that_is_no_model_is_refused_in_one_sentence(tmp_path, content):
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(EncoderError, match="without a reranker") as raised:
        Reranker.load(str(tmp_path)).rerank("大桥？", [hit(1)])
    assert repr(str(tmp_path)) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "不使用重排" in raised.value.chinese


def test_a_model_that_the_hub_does_not_give_is_named(monkeypatch):
    def unreachable(*_, **__):
        raise OSError("no network\nand more")

    monkeypatch.setattr("sentence_transformers.CrossEncoder", unreachable)
    with pytest.raises(EncoderError, match=r"'no/such-model'.*no network.*network") as raised:
        Reranker.load("no/such-model").rerank("大桥？", [hit(1)])
    assert "\n" not in str(raised.value)
