"""Bodies that no page and no client sends: broken, deep, of wrong types, with numbers that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator

VALUES = (
    *("null", "true", "0", "-1", "1e999", "-1e999", "NaN", "Infinity", "1e400", str(10**30)),
    *('""', '"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"' + "x" * 5000 + '"', "[]", "{}"),
    *("[null]", "[[]]", '[{"a": 1}]', '{"a": {"b": []}}', "[" * 200 + "]" * 200),
    *('"../../etc/passwd"', '"<script>"', '"2025-02-30"', '"' + "𠮷" * 50 + '"', "1.5", '"1-"'),
)
"""JSON values, some that are none, for any field."""

BROKEN = (
    *(b"", b"{", b"[", b"nul", b"{]", b'{"a"', b'{"a":}', b"'a'", b"\xff\xfe", b"\x00", b"[1,]"),
    *(b"[" * 100_000, b'{"a":' * 50_000, b"[" * 3000 + b"]" * 3000, b"1" * 5000, b'"\xed\xa0\x80"'),
    *(
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"[]",
        b'"text"',
        b"7",
        b"null",
        b"true",
        b"{}{}",
        b'{"a":1,"a":2}',
    ),
)
"""Bodies that are no JSON, or no object."""


def bodies(fields: dict[str, object]) -> Iterator[bytes]:
    """Every broken body, and the good one with each value in each field's place, and without it."""
    yield from BROKEN
    for name in fields:
        rest = {key: value for key, value in fields.items() if key != name}
        yield json.dumps(rest).encode()
        for value in VALUES:
            parts = [f"{json.dumps(name)}: {value}"]
            parts += [f"{json.dumps(key)}: {json.dumps(one)}" for key, one in rest.items()]
            yield ("{" + ", ".join(parts) + "}").encode("utf-8", "surrogatepass")
