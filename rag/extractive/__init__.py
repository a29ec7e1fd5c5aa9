"""Ranked passages in, an answer in the articles' own sentences out, or a refusal.

The trained reader finds the words that answer; no chat model is known here.
"""
