"""What surrounds an article without being part of it: footers, prompts, marks, repeated lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from index.cleaning.draft import Draft, Edit
from index.duplicates.fingerprints import line_key
from index.records import Span
from index.text.rules import load_rules
from index.text.sentences import split_lines

_RULES = load_rules("index.cleaning", "zh/footers", "zh/prompts", "en/marks", "zh/marks")
_FOOTER, _PROMPT = _RULES.regex("footer"), _RULES.regex("prompt")
_LONE_MARK, _ARROWS = _RULES.regex("lone_mark"), _RULES.regex("arrows")
_BLANKS = re.compile(r"(?<![ \n]) *+\n[ \n]*+|^ ++|(?<! ) ++$")


def drop_footers(draft: Draft) -> Draft:
    """Remove share-and-like lines; what is glued to one stays."""
    return draft.substitute(drop_footers.__name__, _FOOTER)


def drop_prompts(draft: Draft) -> Draft:
    """Remove "read the original", "swipe for more" and their like; what is glued to them stays."""
    return draft.substitute(drop_prompts.__name__, _PROMPT)


def drop_marks(draft: Draft) -> Draft:
    """Remove lines that hold only an arrow, a rule or END, and arrows at the end of a line."""
    marks = (span for span in split_lines(draft.text) if _LONE_MARK.fullmatch(span.of(draft.text)))
    return draft.cut(drop_marks.__name__, marks).substitute(drop_marks.__name__, _ARROWS)


def drop_empty_lines(draft: Draft) -> Draft:
    """Trim every line; drop the empty ones."""
    return draft.edit(drop_empty_lines.__name__, _blanks(draft.text))


def _blanks(text: str) -> Iterator[Edit]:
    for match in _BLANKS.finditer(text):
        inside = match.start() > 0 and match.end() < len(text)
        yield match.start(), match.end(), "\n" if inside else ""


def drop_boilerplate(draft: Draft, keys: Collection[int]) -> Draft:
    """Remove lines that an account repeats from the beginning and the end of the text, not inside."""
    if not keys:
        return draft
    spans = list(split_lines(draft.text))
    other = [at for at, span in enumerate(spans) if line_key(span.of(draft.text)) not in keys]
    head, tail = (other[0], other[-1] + 1) if other else (len(spans), len(spans))
    ends = [Span(span.start, min(span.end + 1, len(draft.text))) for span in spans[:head]]
    ends += (Span(span.start - 1, span.end) for span in spans[tail:])
    return draft.cut(drop_boilerplate.__name__, ends)
