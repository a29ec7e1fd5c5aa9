"""Files in, raw articles out: WeChat exports (JSON, JSON lines) and plain text, nothing changed."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import ArticleError
from index.records import Problem, RawArticle, well_formed

FIELDS: Mapping[str, str] = {
    "article_id": "文章标识符aid",
    "title": "标题title",
    "url": "链接url",
    "time": "时间time",
    "account": "公众号名称",
    "content": "finalContent",
}
"""The names of a WeChat export's six fields, by the attribute of ``RawArticle`` that takes them."""

_NEEDED = ("article_id", "content")
_JSON = (".json", ".json.gz")
_LINES = (".jsonl", ".jsonl.gz", ".ndjson")
_TEXT = (".txt", ".md")
SUFFIXES = (*_JSON, *_LINES, *_TEXT)


def read_articles(paths: Iterable[Path]) -> Iterator[RawArticle | Problem]:
    """Every article of the files and folders named, in order; what cannot be read, as a problem.

    A folder stands for every file in it, at any depth, whose suffix is one of ``SUFFIXES``.
    """
    for path in paths:
        try:
            for file in _files(path):
                yield from _read_file(file)
        except ArticleError as error:
            yield Problem(error.english, error.chinese, lost=True)


def _files(path: Path) -> list[Path]:
    if not os.path.isdir(path):  # Path.is_dir raises where a name is too long
        return [path]
    found = sorted(
        Path(folder) / name
        for folder, _, names in os.walk(path)
        for name in names
        if name.lower().endswith(SUFFIXES)
    )
    if not found:
        raise ArticleError(
            f"the folder {str(path)!r} holds no article file; put {', '.join(SUFFIXES)} files into it",
            f"目录 {str(path)!r} 中没有文章文件；请放入 {'、'.join(SUFFIXES)} 文件",
        )
    return found


def _read_file(path: Path) -> Iterator[RawArticle | Problem]:
    try:
        name = path.name.lower()
        if name.endswith(_JSON):
            yield from _read_json(path)
        elif name.endswith(_LINES):
            yield from _read_lines(path)
        elif name.endswith(_TEXT):
            yield _read_text(path)
        else:
            raise ArticleError(
                f"{str(path)!r} is of a kind that cannot be read; give {', '.join(SUFFIXES)} files",
                f"无法识别 {str(path)!r} 的格式；请使用 {'、'.join(SUFFIXES)} 文件",
            )
    except ArticleError as error:
        yield Problem(error.english, error.chinese, lost=True)


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.name.lower().endswith(".gz") else data
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ArticleError(
            f"{str(path)!r} cannot be read ({reason}); check the path, its permissions and that it is whole",
            f"无法读取 {str(path)!r}（{reason}）；请检查路径、权限以及文件是否完整",
        ) from error


def _decode(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"{str(path)!r} is not UTF-8 (byte {error.start}); save it as UTF-8 and try again",
            f"{str(path)!r} 不是 UTF-8 编码（第 {error.start} 字节）；请另存为 UTF-8 后重试",
        ) from error


def _read_json(path: Path) -> Iterator[RawArticle | Problem]:
    text = _decode(path, _read_bytes(path))
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number of over 4,300 digits is a ValueError
        at = (
            f"line {error.lineno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else "too deep, or with a number too long"
        )
        raise ArticleError(
            f"{str(path)!r} is not JSON ({at}); export it again, or mend that line",
            f"{str(path)!r} 不是有效的 JSON（{at}）；请重新导出或修正该行",
        ) from error
    if not isinstance(loaded, list):
        kind = (
            f"an object with {', '.join(map(repr, list(loaded)[:4]))}"
            if isinstance(loaded, dict)
            else "a value"
        )
        raise ArticleError(
            f"{str(path)!r} holds {kind}, not a list of articles; give a JSON array of objects "
            f"with the fields {', '.join(FIELDS.values())}",
            f"{str(path)!r} 的内容不是文章列表；请提供 JSON 数组，每个对象含字段 {'、'.join(FIELDS.values())}",
        )
    for number, item in enumerate(loaded, 1):
        yield from _article(item, str(path), f"article {number}", f"第 {number} 篇")


def _read_lines(path: Path) -> Iterator[RawArticle | Problem]:
    # Split on \n alone: some texts hold other Unicode line separators inside a JSON string.
    for number, line in enumerate(_decode(path, _read_bytes(path)).split("\n"), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            yield Problem(
                f"line {number} of {str(path)!r} is not JSON; mend or remove that line",
                f"{str(path)!r} 第 {number} 行不是有效的 JSON；请修正或删除该行",
                lost=True,
            )
            continue
        yield from _article(item, str(path), f"line {number}", f"第 {number} 行")


def _article(item: Any, path: str, place: str, place_zh: str) -> Iterator[RawArticle | Problem]:
    """One object of an export as an article; first what is wrong with it."""
    if not isinstance(item, dict):
        yield Problem(
            f"{place} of {path!r} is not an object; give an object with the fields "
            f"{', '.join(FIELDS.values())}",
            f"{path!r} {place_zh}不是对象；每篇文章应为含字段 {'、'.join(FIELDS.values())} 的对象",
            lost=True,
        )
        return
    values = {attribute: _field_text(item.get(name)) for attribute, name in FIELDS.items()}
    missing = [FIELDS[a] for a, value in values.items() if value is None]
    # An id that is there but blank is as good as none: nothing could cite the article.
    if not (values["article_id"] or "").strip() and FIELDS["article_id"] not in missing:
        missing.append(FIELDS["article_id"])
    lost = any(FIELDS[attribute] in missing for attribute in _NEEDED)
    if missing:
        named = f" (id {values['article_id']!r})" if values["article_id"] else ""
        yield Problem(
            f"{place} of {path!r}{named} has no usable {', '.join(map(repr, missing))}; "
            f"{'it was left out: add the field as text' if lost else 'it was taken without'}",
            f"{path!r} {place_zh}{named}缺少可用的字段 {'、'.join(missing)}；"
            f"{'未收录，请补上该字段（文本）' if lost else '已收录，该字段留空'}",
            lost=lost,
        )
    if not lost:
        filled = {attribute: value or "" for attribute, value in values.items()}
        yield RawArticle(**filled, origin=_as_text(path))


def _field_text(value: Any) -> str | None:
    """A field as text; ``None`` where it is missing or of another type. Whole numbers may be ids."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return well_formed(value) if isinstance(value, str) else None


def _read_text(path: Path) -> RawArticle:
    text = _decode(path, _read_bytes(path))
    name = title = _as_text(path.stem)
    if path.suffix.lower() == ".md" and text.lstrip().startswith("# "):
        heading, _, text = text.lstrip().partition("\n")
        title = heading[2:].strip()
    return RawArticle(name, title, "", "", "", text, _as_text(str(path)))


def _as_text(name: str) -> str:
    """A file name that can be stored: bytes of it that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")
