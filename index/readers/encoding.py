"""From bytes to text: UTF-8, GB18030 (with GBK and GB2312), UTF-16 with its mark; nothing guessed.

A file without a byte order mark is UTF-8 when it decodes as such. Else it is GB18030 when that
decodes *and* reads like Chinese, for almost any bytes decode as GB18030, Big5 among them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from index.errors import ArticleError
from index.readers.limits import MAX_BLANK_CHARS, PIECE_BYTES
from index.readers.source import Source

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEAST_COMMON = 0.45
"""Share of common characters in GB18030. Measured: simplified text >= .95, traditional >= .56;
Big5 read as GB18030 <= .35."""

_MOST_PRIVATE = 0.02
"""Share of characters without a meaning of their own, which short texts in Big5 turn into."""

_MOST_REPLACED = 0.01
"""Share of characters of a web page that may be damaged, as browsers forgive them."""

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_WEB_CODECS = re.compile(
    r"gb(2312|k|18030)|big5(hkscs)?|shift_jis|cp932|euc_(jp|kr)|cp949|johab|ascii|utf-8|koi8-[ru]"
    r"|iso8859-\d+|cp125\d|cp874|mac-\w+"
)


def read_text(source: Source) -> str:
    """The whole text of ``source``, without mark and without NUL characters.

    Raises:
        ArticleError: it cannot be read, is too large, is binary or in an encoding not known here.
    """
    return _decoded(source.origin, source.read())


def text_pieces(source: Source) -> Iterator[str]:
    """The text of ``source`` as a stream.

    Raises:
        ArticleError: as ``read_text``, but for its size, and where blanks have no end; after what
            could be decoded.
    """
    blank = 0
    for piece in decode_pieces(source.origin, source.pieces()):
        blank = blank + len(piece) if not piece.strip() else 0
        if blank > MAX_BLANK_CHARS:
            raise ArticleError(
                f"{source.origin!r} is blank for over {MAX_BLANK_CHARS} characters; the rest was "
                "not read: remove what is blank",
                f"{source.origin!r} 中连续空白超过 {MAX_BLANK_CHARS} 个字符；其余部分未读取，请删除空白部分",
            )
        yield piece


def decode_pieces(origin: str, pieces: Iterable[bytes]) -> Iterator[str]:
    """``pieces`` of bytes as pieces of text; the first that is not ASCII decides the encoding."""
    remaining = iter(pieces)
    done = 0
    sample = b""
    for sample in remaining:
        if not sample.isascii() or b"\0" in sample:
            break
        yield sample.decode("ascii")
        done += len(sample)
    else:
        return
    sample += next(remaining, b"")  # a character at the end of a piece would decide too little
    encoding = _encoding_of(origin, sample, marked=done == 0)
    decoder = codecs.getincrementaldecoder(encoding)()
    for piece in chain([sample], remaining, [b""]):
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            yield _before(error, encoding).replace("\0", "")
            raise _not_text(origin, done - held + error.start) from error
        yield text.replace("\0", "")
        done += len(piece)


def read_page_text(source: Source) -> str:
    """The whole text of a web page, by its own declaration where it is not UTF-8.

    Raises:
        ArticleError: as ``read_text``.
    """
    data = source.read()
    declared = _declared(data)
    if declared and not data.startswith(tuple(mark for mark, _ in _MARKS)) and not _is_utf8(data):
        text = data.decode(declared, "replace")
        if text.count("\ufffd") <= len(text) * _MOST_REPLACED:
            return text.replace("\0", "")
    return _decoded(source.origin, data)


def _decoded(origin: str, data: bytes) -> str:
    starts = range(0, len(data), PIECE_BYTES)  # in pieces, so that no more than one or two decide
    return "".join(decode_pieces(origin, (data[at : at + PIECE_BYTES] for at in starts)))


def _encoding_of(origin: str, sample: bytes, *, marked: bool) -> str:
    if marked:
        for mark, encoding in _MARKS:
            if sample.startswith(mark):
                return encoding
    if sample.count(b"\0") > max(8, len(sample) // 100):
        raise ArticleError(
            f"{origin!r} holds binary data, not text; give it the suffix of what it is, or save "
            "it as UTF-8 text",
            f"{origin!r} 的内容是二进制数据，不是文本；请使用正确的后缀名，或另存为 UTF-8 文本",
        )
    if _is_utf8(sample) or _is_damaged_utf8(sample) or not _is_gb18030(sample):
        return "utf-8"
    return "gb18030"


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # may end within a character
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(sample: bytes) -> bool:
    """Whether most of it is UTF-8: a byte out of place must not turn all of it to nonsense."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(not character.isascii() for character in text) > 2 * bad


def _is_gb18030(sample: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("gb18030")().decode(sample)
    except UnicodeDecodeError:
        return False
    wide = [character for character in text if not character.isascii()]
    private = sum("\ue000" <= character <= "\uf8ff" for character in wide)
    return (
        sum(map(_is_common, wide)) >= len(wide) * _LEAST_COMMON
        and private <= len(wide) * _MOST_PRIVATE
    )


def _is_common(character: str) -> bool:
    """Whether it is punctuation or one of the 3,755 common characters of GB 2312."""
    code = character.encode("gb18030")
    row = code[0]
    return len(code) == 2 and code[1] >= 0xA1 and (0xA1 <= row <= 0xA3 or 0xB0 <= row <= 0xD7)


def _before(error: UnicodeDecodeError, encoding: str) -> str:
    """What stands before the first byte that is wrong."""
    sound = bytes(error.object[: error.start])
    return sound.decode(error.encoding if encoding == "utf-16" else encoding, "ignore")


def _not_text(origin: str, offset: int) -> ArticleError:
    return ArticleError(
        f"{origin!r} is neither UTF-8 nor GB18030 (byte {offset}); save it as UTF-8 and try again",
        f"{origin!r} 不是 UTF-8 或 GB18030 编码（第 {offset} 字节）；请另存为 UTF-8 后重试",
    )


def _declared(data: bytes) -> str | None:
    """The codec that a page names, where it is one in which pages are written."""
    found = _CHARSET.search(data[:8192])
    if not found:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii", "ignore")).name
    except (LookupError, ValueError):
        return None
    if not _WEB_CODECS.fullmatch(name):
        return None
    return "gb18030" if name in ("gb2312", "gbk") else name
