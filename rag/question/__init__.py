"""What a question says of itself: the limits it names and the type of answer it wants.

A question's text goes in; records come out. Knows dates and words, no library and no passages.
"""
