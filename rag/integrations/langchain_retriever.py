"""A library for LangChain: its search as a retriever, its embedding model as embeddings.

Not imported by ``rag`` itself, which does without LangChain:
``from rag.langchain import JuwenEmbeddings, JuwenRetriever``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import run_in_executor
from pydantic import Field

from index.embedding.encoder import Encoder
from index.embedding.load import load_encoder
from rag.assistant import Assistant
from rag.records import EVIDENCE_ARTICLES, Filters, RankedPassage, iso


class JuwenRetriever(BaseRetriever):
    """The passages of a library that fit a question best.

    The best passage of every article comes first, in the order of the articles; then the second
    best of each, and the third, so that one long article does not crowd the others out.

    Attributes:
        assistant: Whose library is searched.
        k: How many passages are given, where so many are found; a search finds ten articles with
            up to three passages each. ``retriever.invoke(question, k=3)`` overrides it.
        filters: What the search is limited to.

    >>> retriever = JuwenRetriever(assistant=Assistant.open("library"), k=4)  # doctest: +SKIP
    >>> [found.metadata["title"] for found in retriever.invoke("东岸大桥有多长？")]  # doctest: +SKIP
    ['东岸大桥月底通车', …]
    """

    assistant: Assistant
    k: int = Field(default=EVIDENCE_ARTICLES, ge=1)
    filters: Filters | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
    ) -> list[Document]:
        """The documents of ``query``.

        Raises:
            QuestionError: the query is empty or longer than 2,000 characters.
        """
        articles = self.assistant.search(query, filters=self.filters).articles
        return [_document(hit) for hit in _best_of_each_first(articles)[: self._wanted(k)]]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
    ) -> list[Document]:
        """The same without holding up the event loop."""
        return await run_in_executor(
            None, self._get_relevant_documents, query, run_manager=run_manager.get_sync(), k=k
        )

    def _wanted(self, k: int | None) -> int:
        wanted = self.k if k is None else k
        if wanted < 1:
            raise ValueError(f"k is {wanted!r}; ask for at least 1 passage")
        return wanted


def _best_of_each_first(articles: Sequence[Sequence[RankedPassage]]) -> list[RankedPassage]:
    return [hit for hit in chain.from_iterable(zip_longest(*articles)) if hit is not None]


def _document(hit: RankedPassage) -> Document:
    """A passage with its place; an article without text stands there with its title."""
    article, span = hit.passage.article, hit.passage.span
    return Document(
        id=f"{article.article_id}:{span.start}-{span.end}",
        page_content=hit.passage.text or article.heading,
        metadata={
            "article_id": article.article_id,
            "title": article.title,
            "date": iso(article.date),
            "account": article.account,
            "url": article.url,
            "source": article.source or article.account,
            "column": article.column,
            "kind": article.kind.value,
            "start": span.start,
            "end": span.end,
            "score": round(hit.score, 4),
        },
    )


class JuwenEmbeddings(Embeddings):
    """The embedding model of a library: unit vectors, before they are centred by language.

    Args:
        encoder: The packaged model by default; it is loaded at the first use.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder = encoder or load_encoder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector a text, each of the encoder's ``dimension``.

        Raises:
            EncoderError: the model cannot be loaded.
        """
        vectors: list[list[float]] = self.encoder.encode_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question, of the encoder's ``dimension``. Errors as for documents."""
        vector: list[float] = self.encoder.encode_queries([text])[0].tolist()
        return vector

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """``embed_documents`` without holding up the event loop."""
        return await run_in_executor(None, self.embed_documents, texts)

    async def aembed_query(self, text: str) -> list[float]:
        """``embed_query`` without holding up the event loop."""
        return await run_in_executor(None, self.embed_query, text)
