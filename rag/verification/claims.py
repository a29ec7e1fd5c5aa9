"""What of a sentence is a claim: something of the world that could be proven."""

from __future__ import annotations

import re

from index.text.rules import load_patterns
from rag.verification.reading import read

_WORDING = load_patterns("rag.verification", "claims")
_BULLET = re.compile(r"^[-*•#>\s]*(?:\d{1,2}[.、)）](?!\d)\s*)?")
_LEAD_IN = re.compile(r"[：:]\**$")


def claim_of(text: str) -> str:
    """A sentence without list marker, emphasis and the opening that names the articles.

    >>> claim_of("1. **根据文章，**大桥已通车。")
    '大桥已通车。'
    """
    return _WORDING["opening"].sub("", _BULLET.sub("", text.replace("**", ""))).strip()


def claims_nothing(text: str) -> bool:
    """Whether a sentence, its opening (``根据文章，``) apart, says nothing that could be proven."""
    bare = claim_of(text)
    empty = any(_WORDING[name].search(bare) for name in ("says_nothing", "courtesy"))
    if empty or not any(character.isalnum() for character in bare):
        return True
    reading = read(bare)
    return bool(_LEAD_IN.search(bare)) and not reading.quantities and not reading.dates
