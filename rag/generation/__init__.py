"""Ranked passages in, an answer that a chat model writes out.

What the model says is only shown after ``rag.verification`` has held it against the passages.
"""
