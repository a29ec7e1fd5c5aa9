"""Public address of the assistant as a LangChain ``Runnable`` (``rag.integrations``)."""

from rag.integrations.langchain_runnable import JuwenChain

__all__ = ["JuwenChain"]
