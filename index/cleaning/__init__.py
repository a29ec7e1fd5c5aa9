"""Raw articles in, articles that a person would recognise out, every character traced to the raw text.

``clean`` composes; the words and phrases by which its rules know what they drop or move are in ``data/``.
"""
