"""Candidates for a question: lexical (BM25) and dense (FAISS) indexes over a library's chunks, and filters."""
