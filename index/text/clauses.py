"""Where the clauses of a sentence end, as spans that cover it."""

from __future__ import annotations

from index.records import Span

CLAUSE_ENDS = "，；：;,:—"
_OPEN = dict(zip("“《（(「『【[", "”》）)」』】]", strict=True))


def clauses_of(text: str) -> list[Span]:
    """Clauses with the mark that ends them; never cut within quotes or brackets that are closed.

    >>> text = "他说“好，走”，就走了"
    >>> [span.of(text) for span in clauses_of(text)]
    ['他说“好，走”，', '就走了']
    """
    cuts, closing = [0], ""
    last = {mark: text.rfind(mark) for mark in _OPEN.values()}
    for at, letter in enumerate(text):
        if not closing and letter in _OPEN and last[_OPEN[letter]] >= at:
            closing = _OPEN[letter]
        elif letter == closing:
            closing = ""
        elif not closing and letter in CLAUSE_ENDS and _ends_clause(text, at):
            cuts.append(at + 1)
    return [
        Span(start, end)
        for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)
        if end > start
    ]


def _ends_clause(text: str, at: int) -> bool:
    """Not the comma or colon of a figure or an address; of marks in a row the last."""
    following = text[at + 1 : at + 2]
    if following and following in CLAUSE_ENDS:
        return False
    return text[at] not in ",:;" or not following or following.isspace() or following > "\u3000"
