"""Text as it is read everywhere: language, sentences, terms, names, numbers and dates.

Strings go in; spans and records come out. Knows no article, no library and no question.
"""
