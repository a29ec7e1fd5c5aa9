"""Two other projects' default recipes beside ours: the same articles, questions and encoder.

    pip install '.[benchmarks]'
    python -m eval.benchmarks.rivals QUESTIONS.jsonl ARTICLES… --out FOLDER

- LangChain: ``RecursiveCharacterTextSplitter`` (1000 characters, 200 shared) and its FAISS store.
- LlamaIndex: ``SentenceSplitter`` (1024 tokens, 20 shared) and its vector store in memory.

Both get the texts as they were received, with the title, date and account as metadata, and the
packaged encoder with the prompts of its configuration. They have no answerer without a chat model,
so only what the ranked articles tell is printed; a conversation's earlier turns are not used.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import Metric, Report, evaluate
from index.build import index_articles
from index.embedding.encoder import Encoder
from index.embedding.load import load_encoder
from index.readers.load import read_articles
from index.records import RawArticle
from rag.assistant import Assistant
from rag.records import Answer, Evidence, Question, Seconds

CHUNKS = 50
"""Chunks that a rival is asked for, so that some ten articles are among them."""

COLUMNS = (
    Metric.HIT_1,
    Metric.HIT_5,
    Metric.MRR_10,
    Metric.NDCG_10,
    Metric.EVIDENCE_HOLDS_ANSWER,
)

Search = Callable[[str], Sequence[tuple[str, str, float]]]
"""From a question to (article id, chunk, score), best first."""


@dataclass(frozen=True, slots=True)
class Rival:
    """What a recipe retrieves, as answers that the harness can measure."""

    search: Search

    def __call__(self, question: Question) -> Answer:
        started = time.perf_counter()
        best: dict[str, tuple[str, float]] = {}
        for article_id, text, score in self.search(question.question):
            best.setdefault(article_id, (text, score))
        seconds = time.perf_counter() - started
        return Answer(
            question=question.question,
            standalone_question=question.question,
            answer="",
            refused=False,
            sentences=(),
            citations=(),
            evidence=tuple(
                Evidence(rank, article_id, score, text, 0, len(text))
                for rank, (article_id, (text, score)) in enumerate(list(best.items())[:10], 1)
            ),
            seconds=Seconds(retrieve=seconds, answer=0.0, total=seconds),
        )


def langchain_default(articles: Sequence[RawArticle], encoder: Encoder) -> Search:
    """LangChain's recursive splitter and its FAISS store, as its retrieval tutorial puts them."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Packaged(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return encoder.encode_passages(texts).tolist()  # type: ignore[no-any-return]

        def embed_query(self, text: str) -> list[float]:
            return encoder.encode_queries([text])[0].tolist()  # type: ignore[no-any-return]

    documents = [Document(one.content, metadata=metadata(one)) for one in articles]
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    store = FAISS.from_documents(splitter.split_documents(documents), Packaged())

    def search(question: str) -> list[tuple[str, str, float]]:
        return [
            (found.metadata["id"], found.page_content, -float(distance))
            for found, distance in store.similarity_search_with_score(question, k=CHUNKS)
        ]

    return search


def llamaindex_default(articles: Sequence[RawArticle], encoder: Encoder) -> Search:
    """LlamaIndex's ``VectorStoreIndex.from_documents`` with nothing set but the encoder."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter

    class Packaged(BaseEmbedding):  # type: ignore[misc]  # of a package that is not installed
        def _get_text_embedding(self, text: str) -> list[float]:
            return encoder.encode_passages([text])[0].tolist()  # type: ignore[no-any-return]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return encoder.encode_passages(texts).tolist()  # type: ignore[no-any-return]

        def _get_query_embedding(self, query: str) -> list[float]:
            return encoder.encode_queries([query])[0].tolist()  # type: ignore[no-any-return]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    documents = [
        Document(text=one.content, metadata=metadata(one), excluded_embed_metadata_keys=["id"])
        for one in articles
    ]
    index = VectorStoreIndex.from_documents(
        documents, embed_model=Packaged(), transformations=[SentenceSplitter()]
    )
    retriever = index.as_retriever(similarity_top_k=CHUNKS)

    def search(question: str) -> list[tuple[str, str, float]]:
        return [
            (hit.node.metadata["id"], hit.node.get_content(), float(hit.score or 0.0))
            for hit in retriever.retrieve(question)
        ]

    return search


RIVALS = {"langchain": langchain_default, "llamaindex": llamaindex_default}


def metadata(article: RawArticle) -> dict[str, Any]:
    return {
        "id": article.article_id,
        "title": article.title,
        "time": article.time,
        "account": article.account,
    }


def row(name: str, report: Report) -> str:
    values = [report.value(metric, "answerable") for metric in COLUMNS]
    figures = "  ".join("     –" if value is None else f"{value:6.3f}" for value in values)
    total = report.latency.stages.get("total")
    return f"{name:12}  {figures}  {total.p50 * 1000 if total else 0:8.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True, help="where reports and library go")
    parser.add_argument("--only", choices=["juwen", *RIVALS], action="append")
    given = parser.parse_args()
    wanted = given.only or ["juwen", *RIVALS]
    encoder = load_encoder("packaged")
    articles = [one for one in read_articles(given.articles) if isinstance(one, RawArticle)]
    rows = []
    for name in wanted:
        started = time.perf_counter()
        out = given.out / name
        if name == "juwen":
            index_articles(given.articles, given.out / "library", encoder=encoder)
            with Assistant.open(given.out / "library", encoder=encoder) as assistant:
                report = evaluate(given.questions, assistant, out=out, name=name)
        else:
            try:
                search = RIVALS[name](articles, encoder)
            except ImportError as error:
                sys.exit(f"{error}; install what {name} needs with: pip install '.[benchmarks]'")
            report = evaluate(given.questions, Rival(search), out=out, name=name)
        print(f"{name}: {time.perf_counter() - started:.0f} s in all", file=sys.stderr)
        rows.append(row(name, report))
    heads = "  ".join(f"{head:>6}" for head in ("hit@1", "hit@5", "MRR", "nDCG", "holds"))
    print(f"{'':12}  {heads}  {'p50 ms':>8}", *rows, sep="\n")


if __name__ == "__main__":
    main()
