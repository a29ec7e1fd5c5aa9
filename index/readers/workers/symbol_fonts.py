"""The characters of fonts that draw signs in place of letters, as Unicode knows them."""

from __future__ import annotations

_SYMBOL = {
    "ABCDEFGHIKLMNOPQRSTUVWXYZ": "ΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ",
    "abcdefghijklmnopqrstuvwxyz": "αβχδεφγηιϕκλμνοπθρστυϖωξψζ",
    "\xa3\xa5\xab\xac\xad\xae\xaf": "≤∞↔←↑→↓",
    "\xb0\xb1\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc": "°±≥×∝∂•÷≠≡≈…",
    "\xc7\xc8\xc9\xcc\xcd\xce\xcf\xd5\xd6\xd7\xd9\xda": "∩∪⊃⊂⊆∈∉∏√⋅∧∨",
    "\xdb\xdc\xdd\xde\xdf\xe5\xf2": "⇔⇐⇑⇒⇓∑∫",
}
_WINGDINGS = {
    "lnopqrsuvwz": "●■□□□❑⬧◆❖⬥⌧",
    "\x9e\x9f\xa1\xa2\xa3\xa4\xa7\xa8\xaa\xab": "·•○○○◉▪□✦★",
    "\xd8\xdf\xe0\xe1\xe2\xe8\xf0": "➢←→↑↓➔⇨",
    "\xfb\xfc\xfd\xfe": "✘✔☒☑",
}
_WINGDINGS_2 = {"OPQRST\xa3\x96\x97\x98": "✗✓☒☑☒☒□●●●"}


def _merged(rows: dict[str, str]) -> dict[str, str]:
    return {
        sign: char for signs, chars in rows.items() for sign, char in zip(signs, chars, strict=True)
    }


_FONTS = {
    "symbol": _merged(_SYMBOL),
    "wingdings": _merged(_WINGDINGS),
    "wingdings 2": _merged(_WINGDINGS_2),
}


def plain_text(text: str, font: str) -> str:
    """``text`` in the font ``font``, its signs as characters; those that are not known are left out.

    A font of signs has its characters where Unicode leaves room for private use, or where letters are.
    """
    known = _FONTS.get(font.strip().lower())
    if known is None:
        return "".join(c for c in text if not "\uf000" <= c <= "\uf0ff")
    folded = (chr(ord(c) - 0xF000) if "\uf000" <= c <= "\uf0ff" else c for c in text)
    spared = frozenset(" 0123456789()[]+-=,./%<>|") if known is _FONTS["symbol"] else frozenset(" ")
    return "".join(known.get(c, c if c in spared or ord(c) > 0xFF else "") for c in folded)
