"""Public address of LangChain's retriever and embeddings of a library (``rag.integrations``)."""

from rag.integrations.langchain_retriever import JuwenEmbeddings, JuwenRetriever

__all__ = ["JuwenEmbeddings", "JuwenRetriever"]
