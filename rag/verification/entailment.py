"""Whether a sentence follows from the words that it cites.

The exact checks (``rag.verification.checks``) find figures, days and names that differ. What they
cannot see is read by a network (``rag.extractive.entailment``): a plan told as done, roles or figures
exchanged, a part told as the whole, a condition or a doubt left out.
"""

from __future__ import annotations

from typing import Protocol


class Entailment(Protocol):
    """What the verifier asks."""

    def follows(self, claim: str, title: str, evidence: str) -> float:
        """The logit that a claim follows from the words of an article and its title."""
