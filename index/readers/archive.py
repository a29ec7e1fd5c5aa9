"""Zip archives: their members as sources. Nothing is ever unpacked onto the disk."""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from index.errors import ArticleError
from index.readers.folder import (
    folders_of_pages,
    is_clutter,
    is_kept_for_page,
    lies_beside_pages,
    pages_among,
)
from index.readers.limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED_BYTES
from index.readers.source import Source, cannot_read
from index.records import Problem

SUFFIX = ".zip"

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # ``zipfile`` unpacks others without a limit
_MAX_DIRECTORY_BYTES = 16 * 2**20
_TAIL_BYTES = 2**17
"""The end of a file in which a zip archive says how large its directory is: 64 KiB and a little."""

_SMALL = 2**20
"""Members up to this many bytes may be packed as well as they like."""


def members(source: Source, suffixes: tuple[str, ...]) -> Iterator[Source | Problem]:
    """The members, sorted; first those that are refused.

    Refused are members whose path leads out of the archive, links, archives in the archive, and of
    those whose names end in one of ``suffixes`` the encrypted ones and those packed too well to be
    true. What an operating system leaves in an archive is passed over.

    Raises:
        ArticleError: the archive cannot be read, or is too large for the limits.
    """
    try:
        with source.open() as file:
            _check_directory(source.origin, file)
            with zipfile.ZipFile(file) as archive:
                yield from _members(source.origin, archive, suffixes)
    except (OSError, ValueError, EOFError, struct.error, *_ZIP_ERRORS) as error:
        raise cannot_read(source.origin, error) from error


_ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, RuntimeError)


def _members(
    origin: str, archive: zipfile.ZipFile, suffixes: tuple[str, ...]
) -> Iterator[Source | Problem]:
    if len(archive.filelist) > MAX_MEMBERS:  # the record at the end may say less
        raise _too_large(origin)
    kept: list[tuple[str, zipfile.ZipInfo]] = []
    infos = [(_name(info), info) for info in archive.infolist() if not info.is_dir()]
    pages = pages_among(name for name, _ in infos)
    for name, info in infos:
        folders = name.split("/")[:-1]
        above = ("/".join(folders[:depth]) for depth in range(1, len(folders) + 1))
        if is_clutter(name) or any(is_kept_for_page(folder, pages) for folder in above):
            continue
        if refusal := _refusal(name, info, suffixes):
            english, chinese = refusal
            inside = f"{name!r} in {origin!r}", f"{origin!r} 中的 {name!r}"
            yield Problem(f"{inside[0]} {english}", f"{inside[1]} {chinese}", lost=True)
        else:
            kept.append((name, info))
    read = [info for name, info in kept if name.lower().endswith(suffixes)]
    if sum(info.file_size for info in read) > MAX_UNPACKED_BYTES:
        raise _too_large(origin)
    page_folders = folders_of_pages(name for name, _ in kept)
    for name, info in sorted(kept, key=lambda member: member[0]):
        yield Source(
            f"{origin}/{name}",
            name.rpartition("/")[2],
            lambda info=info: archive.open(info),  # type: ignore[misc]  # bound now, not when called
            lies_beside_pages(name, page_folders),
        )


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member. Without a mark for UTF-8, Chinese systems wrote it in GBK."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437", "replace")  # which is how ``zipfile`` read it
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _refusal(name: str, info: zipfile.ZipInfo, suffixes: tuple[str, ...]) -> tuple[str, str] | None:
    """Why a member is not read, in English and in Chinese."""
    if _leads_out(name) or stat.S_ISLNK(info.external_attr >> 16):
        return (
            "is a link or leads out of the archive; pack it anew from a folder of its own",
            "是链接或路径越出压缩包；请将文件放入单独的文件夹后重新打包",
        )
    if name.lower().endswith(SUFFIX):
        return (
            "is an archive in an archive; unpack it and give its files",
            "是压缩包中的压缩包；请解压后提供其中的文件",
        )
    if not name.lower().endswith(suffixes):
        return None
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; pack it anew without a password", "已加密；请不设密码重新打包"
    if info.compress_type not in _METHODS:
        return (
            "is packed by a method that is not read; pack it anew with the usual one (deflate)",
            "的压缩方法不受支持；请用常用方法（deflate）重新打包",
        )
    if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        return (
            f"unpacks to over {MAX_RATIO} times its size and was not opened; pack it anew, or give "
            "the file itself",
            f"解压后超过其大小的 {MAX_RATIO} 倍，未打开；请重新打包，或直接提供该文件",
        )
    return None


def _leads_out(name: str) -> bool:
    rooted = name.startswith("/") or re.match(r"[A-Za-z]:", name) is not None
    return rooted or "\\" in name or ".." in name.split("/")


def _check_directory(origin: str, file: IO[bytes]) -> None:
    """Refuse an archive with too large a directory, which ``zipfile`` reads into memory at once.

    Every mark in the tail is taken for one that ``zipfile`` might take. What is no archive passes:
    ``zipfile`` says what is wrong with it.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    file.seek(0)
    # Of the record at the end and of its form for large archives: how many members the directory
    # has and how many bytes, and the values that only refer to the other form.
    for mark, layout, referring in (
        (b"PK\5\6", "<10xHI", (0xFFFF, 0xFFFFFFFF)),
        (b"PK\6\6", "<32xQQ", (-1, -1)),
    ):
        for found in re.finditer(re.escape(mark), tail):
            if found.start() + struct.calcsize(layout) > len(tail):
                continue
            count, length = struct.unpack_from(layout, tail, found.start())
            many = count > MAX_MEMBERS and count != referring[0]
            if many or (length > _MAX_DIRECTORY_BYTES and length != referring[1]):
                raise _too_large(origin)


def _too_large(origin: str) -> ArticleError:
    size = MAX_UNPACKED_BYTES // 2**30
    return ArticleError(
        f"{origin!r} holds over {MAX_MEMBERS:,} files or {size} GiB unpacked; split it into smaller "
        "archives",
        f"{origin!r} 中的文件超过 {MAX_MEMBERS:,} 个或解压后超过 {size} GiB；请拆分为较小的压缩包",
    )
