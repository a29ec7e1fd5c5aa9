"""One question answered, stage by stage; ``rag.assistant`` puts the stages together.

A question and its conversation go in, events and an ``Answer`` come out. Knows the library, what finds
and what answers; does not know how models are opened.
"""
