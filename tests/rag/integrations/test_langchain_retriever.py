"""The library in LangChain: the standard suites, and what our documents carry."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from langchain_core.documents import Document
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests
from pydantic import ValidationError

from index.build import index_raw
from index.errors import QuestionError
from rag.assistant import Assistant
from rag.integrations.langchain_retriever import JuwenEmbeddings, JuwenRetriever
from rag.records import Filters
from tests.conftest import FakeEncoder, article

BRIDGE = "东岸大桥什么时候通车？"


class TestRetrieverStandard(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _library(self, assistant):
        self._assistant = assistant

    @property
    def retriever_constructor(self):
        return JuwenRetriever

    @property
    def retriever_constructor_params(self):
        return {"assistant": self._assistant}

    @property
    def retriever_query_example(self):
        return BRIDGE


class _FakeEmbeddings:
    @property
    def embeddings_class(self):
        return JuwenEmbeddings

    @property
    def embedding_model_params(self):
        return {"encoder": FakeEncoder()}


class TestEmbeddingsUnit(_FakeEmbeddings, EmbeddingsUnitTests):
    pass


class TestEmbeddingsIntegration(_FakeEmbeddings, EmbeddingsIntegrationTests):
    pass


def test_a_document_is_a_passage_with_its_place(assistant):
    found = JuwenRetriever(assistant=assistant).invoke(BRIDGE)[0]
    text = assistant.library.article("bridge").text
    assert found.page_content == text[found.metadata["start"] : found.metadata["end"]]
    score = found.metadata.pop("score")
    assert isinstance(score, float)
    assert found == Document(
        id=f"bridge:0-{len(text)}",
        page_content=text,
        metadata={
            "article_id": "bridge",
            "title": "东岸大桥月底通车",
            "date": "2025-06-20",
            "account": "试验号",
            "url": "https://example.com/bridge",
            "source": "试验号",
            "column": "",
            "kind": "article",
            "start": 0,
            "end": len(text),
        },
    )


def test_a_reprint_names_its_source(assistant):
    found = JuwenRetriever(assistant=assistant, k=1).invoke("海棠小学今年招收多少新生？")[0]
    assert (found.metadata["source"], found.metadata["account"]) == ("晚报", "教育号")


def test_an_article_without_text_stands_with_its_title(assistant):
    found = JuwenRetriever(assistant=assistant, k=1).invoke("一图读懂夏季用电")[0]
    assert found.page_content == "一图读懂夏季用电"
    kept = {name: found.metadata[name] for name in ("kind", "start", "end")}
    assert kept == {"kind": "image-only", "start": 0, "end": 0}


def test_the_best_passage_of_each_article_comes_before_the_second_of_any(tmp_path):
    long = (
        "。".join(f"东岸大桥第{n}段已经完成浇筑，工人们正在检查钢梁与桥面" for n in range(60))
        + "。"
    )
    encoder = FakeEncoder(most_tokens=128)
    articles = [article("long", long), article("short", "海棠小学的学生参观了东岸大桥。")]
    index_raw(articles, tmp_path / "library", encoder=encoder)
    with Assistant.open(tmp_path / "library", encoder=encoder) as assistant:
        found = JuwenRetriever(assistant=assistant).invoke("东岸大桥完成了哪一段？")
    assert sorted(d.metadata["article_id"] for d in found[:2]) == ["long", "short"]
    assert [d.metadata["article_id"] for d in found[2:]] == ["long", "long"]
    assert len({d.id for d in found}) == len(found)


def test_filters(assistant):
    retriever = JuwenRetriever(assistant=assistant, filters=Filters(date_to=date(2025, 4, 30)))
    assert [d.metadata["article_id"] for d in retriever.invoke(BRIDGE)] == ["factory"]


def test_async_gives_the_same(assistant):
    retriever = JuwenRetriever(assistant=assistant)
    assert asyncio.run(retriever.ainvoke(BRIDGE)) == retriever.invoke(BRIDGE)
    assert asyncio.run(retriever.ainvoke(BRIDGE, k=2)) == retriever.invoke(BRIDGE)[:2]
    embeddings = JuwenEmbeddings(FakeEncoder())
    assert asyncio.run(embeddings.aembed_query("大桥")) == embeddings.embed_query("大桥")


def test_k_is_at_least_one(assistant):
    with pytest.raises(ValidationError):
        JuwenRetriever(assistant=assistant, k=0)
    with pytest.raises(ValueError, match="at least 1"):
        JuwenRetriever(assistant=assistant).invoke(BRIDGE, k=0)


def test_a_question_that_cannot_be_asked_is_refused(assistant):
    with pytest.raises(QuestionError):
        JuwenRetriever(assistant=assistant).invoke(" ")


def test_embeddings_are_those_of_the_encoder():
    encoder = FakeEncoder()
    embeddings = JuwenEmbeddings(encoder)
    assert (
        embeddings.embed_documents(["东岸大桥"]) == encoder.encode_passages(["东岸大桥"]).tolist()
    )
    assert embeddings.embed_query("大桥？") == encoder.encode_queries(["大桥？"])[0].tolist()
    assert embeddings.embed_documents([]) == []


def test_embeddings_are_of_the_packaged_model_by_default():
    assert JuwenEmbeddings().encoder.name == "packaged"
