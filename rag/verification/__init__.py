"""An answer and its evidence in; each sentence's support and citations out.

Knows neither how the evidence was found nor who wrote the answer.
"""
