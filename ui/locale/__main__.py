"""Makes ``messages.mo`` of ``messages.po``: ``python -m ui.locale``."""

from __future__ import annotations

import re
import struct
from ast import literal_eval
from collections.abc import Mapping

from ui.locale import CATALOGUE

_MAGIC = 0x950412DE
_HEADER_BYTES = 28

_ENTRY = re.compile(
    r'^msgid (?P<one>".*")\n(?:msgid_plural (?P<many>".*")\nmsgstr\[0\]|msgstr) (?P<said>".*")$',
    re.MULTILINE,
)


def read_catalogue(text: str) -> dict[str, str]:
    """What stands for what; of a plural, for its singular and plural with a zero between."""
    return {
        "\0".join(literal_eval(found[name]) for name in ("one", "many") if found[name]): (
            literal_eval(found["said"])
        )
        for found in _ENTRY.finditer(text)
    }


def compiled(catalogue: Mapping[str, str]) -> bytes:
    """The catalogue in GNU gettext's binary format, revision 0, without a hash table.

    https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
    """
    pairs = sorted((key.encode(), value.encode()) for key, value in catalogue.items())
    count = len(pairs)
    offset = _HEADER_BYTES + 16 * count
    tables, data = b"", b""
    for column in zip(*pairs, strict=True):
        for text in column:
            tables += struct.pack("<II", len(text), offset + len(data))
            data += text + b"\0"
    originals, translations = _HEADER_BYTES, _HEADER_BYTES + 8 * count
    header = struct.pack("<7I", _MAGIC, 0, count, originals, translations, 0, offset)
    return header + tables + data


if __name__ == "__main__":
    made = compiled(read_catalogue(CATALOGUE.read_text("utf-8")))
    CATALOGUE.with_suffix(".mo").write_bytes(made)
