"""A question in, ranked articles out: dense and lexical search fused, copies behind their originals.

Knows the library and its encoder; does not know what answers.
"""
