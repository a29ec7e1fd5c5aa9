"""What stands before sentences that are not an answer, only the nearest to one."""

from __future__ import annotations

from collections.abc import Mapping

NEAREST_LEAD: Mapping[bool, str] = {
    True: "The articles do not say this in so many words; the nearest is:",
    False: "文章没有直接说到这一点，最接近的内容是：",
}
"""By whether the question is in English."""
