"""The assistant for other programs, by LangChain's interfaces: a retriever, embeddings, a runnable."""
