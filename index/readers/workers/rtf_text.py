"""The text of an RTF file, by striprtf. A worker."""

from __future__ import annotations

import re
from collections import Counter

from .faults import Found, telling_faults

_GROUP = re.compile(r"\{[^{}]*\}")
_LEFT_OUT = {
    "hidden": re.compile(r"\\v(?![a-z0-9])|\\v1\b"),
    "struck": re.compile(r"\\striked?(?![a-z0-9])|\\striked?1\b|\\deleted(?![a-z0-9])"),
}
_NOTE, _BOX = re.compile(r"\{\\footnote(?![a-z])"), re.compile(r"\{\\shptxt(?![a-z])")
_PICTURE = re.compile(r"\{\\pict(?![a-z])")
_OBJECT = re.compile(r"\{\\object(?![a-z])")
_BRACE = re.compile(r"(?<!\\)(?:\\\\)*([{}])")
_FONTS, _CODE_PAGE = re.compile(r"\{\\fonttbl"), re.compile(r"\\ansicpg\d+")
_TITLE = re.compile(r"\{\\title(?![a-z])")


@telling_faults
def extract(data: bytes, max_chars: int, max_pages: int) -> Found:
    """``{"title", "text", "unread"}`` of the RTF file ``data``."""
    rtf = data.decode("latin-1")
    if not rtf.lstrip().startswith("{\\rtf"):
        return {"fault": "damaged"}
    unread: Counter[str] = Counter()
    unread["pictures"] = len(_PICTURE.findall(rtf))
    unread["attachments"] = len(_OBJECT.findall(rtf))
    unread["pictures"] -= min(unread["attachments"], unread["pictures"])  # each shows itself as one
    header = _header(rtf)
    rtf, boxes = _taken_out(_without_hidden(rtf, unread), _BOX)
    rtf, notes = _taken_out(rtf, _NOTE, "\\u12308?\\u27880?{0}\\u12309?")
    titles = _taken_out(rtf, _TITLE)[1]
    text = _plain(rtf)
    below = [_plain(header + box + "}").strip() for box in boxes]
    below += [
        f"〔注{number}〕 {_plain(header + note + '}').strip()}"
        for number, note in enumerate(notes, 1)
    ]
    lines = [line.replace("|", " | ").rstrip(" |") for line in text.split("\n")]
    text = "\n".join([*lines, *filter(None, below)])
    title = _plain(header + titles[0] + "}").strip() if titles else ""
    if len(text) > max_chars:
        return {"fault": "long"}
    return {"title": title, "text": text, "unread": dict(+unread)}


def _plain(rtf: str) -> str:
    from striprtf.striprtf import rtf_to_text

    text = str(rtf_to_text(rtf, errors="replace"))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _header(rtf: str) -> str:
    """What has to stand before a part of the file so that it is read alike."""
    page = _CODE_PAGE.search(rtf)
    fonts = _FONTS.search(rtf)
    table = rtf[fonts.start() : _end(rtf, fonts.start())] if fonts else ""
    return "{\\rtf1\\ansi" + (page[0] if page else "") + table + " "


def _without_hidden(rtf: str, unread: Counter[str]) -> str:
    """``rtf`` without the runs that are hidden, struck out or deleted."""

    def kept(match: re.Match[str]) -> str:
        for reason, pattern in _LEFT_OUT.items():
            if pattern.search(match.group()):
                unread[reason] += 1
                return ""
        return match.group()

    return _GROUP.sub(kept, rtf)


def _taken_out(rtf: str, start: re.Pattern[str], put: str = "") -> tuple[str, list[str]]:
    """``rtf`` with ``put`` for each group that begins so, and what these groups hold."""
    kept: list[str] = []
    groups: list[str] = []
    at = 0
    for found in start.finditer(rtf):
        if found.start() < at:
            continue
        end = _end(rtf, found.start())
        groups.append(rtf[found.end() : end - 1])
        kept += [rtf[at : found.start()], put.format(len(groups))]
        at = end
    return "".join((*kept, rtf[at:])), groups


def _end(rtf: str, start: int) -> int:
    """Behind the brace that closes the group that begins at ``start``."""
    depth = 0
    for brace in _BRACE.finditer(rtf, start):
        depth += 1 if brace[1] == "{" else -1
        if depth == 0:
            return brace.end()
    return len(rtf)
