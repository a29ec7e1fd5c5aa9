"""The fields of an article: under which names files give them, and an article made out of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from index.errors import ArticleError
from index.records import Layout, Problem, RawArticle, well_formed
from index.text.dates.publication import localised
from index.text.rules import load_rules

_EXPORT_FIELDS = load_rules("index.readers", "zh/fields").table("export_fields")
FIELDS: Mapping[str, str] = {attribute: name for name, attribute in _EXPORT_FIELDS.items()}
"""The names of a WeChat export's six fields, by the attribute of ``RawArticle`` that takes them."""

LAYOUT = "版面layout"
"""The name under which ``juwen export`` gives the layout, where it is not a post."""

NEEDED = ("article_id", "content")

_SHORT = load_rules("index.readers", "en/fields").table("short_fields")
_ALLOWED = ", ".join(_SHORT)


@dataclass(frozen=True, slots=True)
class Columns:
    """Under which name a file gives each field, and where the publisher is.

    Attributes:
        named: Names that differ from the export's, by attribute of ``RawArticle``. Who names some
            knows the file: a field left out that no article needs is then not reported as missing.
        zone: Where the publisher is, by whose day an instant is told; ``None`` leaves that to
            cleaning, which takes China.
    """

    named: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo | None = None

    def __post_init__(self) -> None:
        for attribute in self.named:
            if attribute not in FIELDS:
                raise ArticleError(
                    f"{attribute!r} is not a field of an article; the fields are {', '.join(FIELDS)}",
                    f"{attribute!r} 不是文章的字段；可用的字段有 {'、'.join(FIELDS)}",
                )

    def names(self) -> dict[str, str]:
        """The name of every field in the file, by attribute."""
        return {**FIELDS, **self.named}

    def expected(self, attribute: str) -> bool:
        """Whether to tell the owner when the field is missing."""
        return not self.named or attribute in self.named or attribute in NEEDED


def parse_columns(options: Iterable[str]) -> dict[str, str]:
    """Columns as they are written on the command line.

    ``["id=aid,title=标题", "text=正文"]`` → ``{"article_id": "aid", "title": "标题", "content": "正文"}``

    Raises:
        ArticleError: a part is not ``field=column``, names no field, or one a second time.
    """
    columns: dict[str, str] = {}
    for part in (part for option in options for part in option.split(",")):
        short, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or not column or short not in _SHORT:
            raise ArticleError(
                f"{part!r} does not map a field; write field=column, the field one of {_ALLOWED}",
                f"{part!r} 不是有效的字段映射；请写成 字段=列名，字段可用 {_ALLOWED}",
            )
        if _SHORT[short] in columns:
            raise ArticleError(
                f"{part!r} maps a field that is mapped already; map each of {_ALLOWED} once",
                f"{part!r} 重复映射了同一字段；{_ALLOWED} 各映射一次即可",
            )
        columns[_SHORT[short]] = column
    return columns


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file an article stands, as messages say it: ``line 3 of 'a.jsonl'``."""

    origin: str
    english: str
    chinese: str


def article(item: Any, place: Place, columns: Columns) -> Iterator[RawArticle | Problem]:
    """One object as an article; first what is wrong with it."""
    names = columns.names()
    if not isinstance(item, dict):
        yield Problem(
            f"{place.english} of {place.origin!r} is not an object; give an object with the fields "
            f"{', '.join(names.values())}",
            f"{place.origin!r} {place.chinese}不是对象；每篇文章应为含字段 {'、'.join(names.values())} 的对象",
            lost=True,
        )
        return
    values = {attribute: _field_text(item.get(name)) for attribute, name in names.items()}
    values["time"] = _time_text(item.get(names["time"]), columns.zone)
    missing = [a for a, value in values.items() if value is None and columns.expected(a)]
    # An id that is there but blank is as good as none: nothing could cite the article.
    if not (values["article_id"] or "").strip() and "article_id" not in missing:
        missing.append("article_id")
    if missing:
        yield _missing(missing, values["article_id"], place, names)
    if not any(attribute in missing for attribute in NEEDED):
        filled = {attribute: value or "" for attribute, value in values.items()}
        yield RawArticle(**filled, origin=place.origin, layout=_layout(item.get(LAYOUT)))


def _layout(value: Any) -> Layout:
    return Layout(value) if value in list(Layout) else Layout.POST


def decoder() -> json.JSONDecoder:
    """Reads JSON; a whole number longer than Python takes is ``None`` and costs its field only."""
    return json.JSONDecoder(parse_int=_whole_number)


def _whole_number(digits: str) -> int | None:
    most = sys.get_int_max_str_digits()
    return int(digits) if not most or len(digits) <= most else None


def _missing(
    missing: list[str], article_id: str | None, place: Place, names: Mapping[str, str]
) -> Problem:
    lost = [attribute for attribute in missing if attribute in NEEDED]
    listed = [names[attribute] for attribute in missing]
    named = f" (id {article_id!r})" if article_id else ""
    english, chinese = "it was taken without", "已收录，该字段留空"
    if lost:
        short = "id" if lost[0] == "article_id" else "text"
        english = f"it was left out: add the field as text, or name the one that holds it: --map {short}=NAME"
        chinese = f"未收录，请补上该字段（文本），或指明所在字段：--map {short}=字段名"
    return Problem(
        f"{place.english} of {place.origin!r}{named} has no usable "
        f"{', '.join(map(repr, listed))}; {english}",
        f"{place.origin!r} {place.chinese}{named}缺少可用的字段 {'、'.join(listed)}；{chinese}",
        lost=bool(lost),
    )


def _time_text(value: Any, zone: tzinfo | None) -> str | None:
    """A time as text: seconds may come with a fraction; an instant is a day in ``zone``, if one is named."""
    written = str(value) if isinstance(value, float) else _field_text(value)
    return localised(written, zone) if written and zone else written


def _field_text(value: Any) -> str | None:
    """A field as text; ``None`` where it is missing or of another type. Whole numbers may be ids."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return well_formed(value) if isinstance(value, str) else None
