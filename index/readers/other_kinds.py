"""Files of kinds that are not read: into what to convert them, and how many were passed over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from index.records import Problem
from index.text.rules import load_rules

_CONVERSIONS = load_rules("index.readers", "en/conversions").table("conversions")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
"""Pictures that may be scanned pages."""

_MOST_DETAILS = 1000
_PICTURES_SAID = {
    False: (
        "pictures were passed over; to have the text in them recognised: pip install 'juwen[ocr]'",
        "张图片未读取；如需识别其中的文字：pip install 'juwen[ocr]'",
    ),
    True: (
        "pictures of web pages or Markdown files were passed over",
        "张网页或 Markdown 配图未读取",
    ),
}


def how_to_convert(name: str) -> tuple[str, str] | None:
    """What to do with a file so that it can be read, in English and in Chinese."""
    found = _CONVERSIONS.get(PurePath(name.lower()).suffix)
    if found is None:
        return None
    program, target = found["program"], found["to"]
    return f"save it as {target} with {program['en']}", f"请用{program['zh']}另存为 {target}"


class PassedOver:
    """Counts the files of folders and archives that are of other kinds.

    Args:
        recognition: Whether pictures are read that are there for themselves.
    """

    def __init__(self, *, recognition: bool) -> None:
        self._recognition = recognition
        self._names: dict[str, list[str]] = defaultdict(list)

    def add(self, origin: str) -> None:
        self._names[PurePath(origin.lower()).suffix].append(origin)

    def problems(self) -> Iterator[Problem]:
        """A line for documents, one for pictures, one for the rest."""
        of_suffix = {suffix: self._names[suffix] for suffix in sorted(self._names)}
        documents = {s: n for s, n in of_suffix.items() if s in _CONVERSIONS}
        pictures = {s: n for s, n in of_suffix.items() if s in PICTURES}
        others = {s: n for s, n in of_suffix.items() if s not in documents and s not in pictures}
        if documents:
            yield _documents(documents)
        if pictures:
            yield _line(pictures, *_PICTURES_SAID[self._recognition])
        if others:
            yield _line(
                others, "files that hold no articles were passed over", "个非文章文件已略过"
            )


def _documents(names: Mapping[str, list[str]]) -> Problem:
    targets: dict[str, list[str]] = defaultdict(list)
    for suffix in names:
        targets[_CONVERSIONS[suffix]["to"]].append(suffix)
    english = "; ".join(f"save {', '.join(found)} as {to}" for to, found in targets.items())
    chinese = "；".join(f"请将 {'、'.join(found)} 另存为 {to}" for to, found in targets.items())
    return _line(
        names,
        f"documents of kinds that cannot be read were passed over; {english}",
        f"个文档的格式无法读取，未收录；{chinese}",
        harmless=False,
    )


def _line(
    names: Mapping[str, list[str]], english: str, chinese: str, *, harmless: bool = True
) -> Problem:
    counts = Counter({suffix: len(found) for suffix, found in names.items()})
    listed = [(suffix, str(count)) for suffix, count in counts.most_common()]
    of_which = (
        ", ".join(f"{count} {suffix or 'without a suffix'}" for suffix, count in listed),
        "、".join(f"{suffix or '无扩展名'} {count} 个" for suffix, count in listed),
    )
    details = [name for found in names.values() for name in found]
    return Problem(
        f"{counts.total()} {english} ({of_which[0]})",
        f"{counts.total()} {chinese}（{of_which[1]}）",
        lost=False,
        harmless=harmless,
        details=tuple(details[:_MOST_DETAILS]),
    )
