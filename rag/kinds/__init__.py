"""What is answered otherwise than by the sentences that answer one question: one module a kind.

What was found and read goes in, a draft comes out, or nothing where the articles tell nothing of it.
Knows the library's catalogue and the extractive answerer, no chat model.
"""
