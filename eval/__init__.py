"""Measures a library and its assistant against a set of questions."""
