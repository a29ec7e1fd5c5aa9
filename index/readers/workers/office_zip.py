"""What forbids opening a document that is a zip archive of XML (``.docx``, ``.pptx``, ``.xlsx``)."""

from __future__ import annotations

import io
import zipfile

MAX_UNPACKED_BYTES = 256 * 2**20
MAX_XML_BYTES = 64 * 2**20
MAX_TAGS = 6_000_000
"""A tree takes some 100 bytes for each, which is far more than the XML where tags are short."""


def fault_of(data: bytes, max_xml: int = MAX_XML_BYTES, max_tags: int = MAX_TAGS) -> str:
    """How much it unpacks to, or XML that defines entities; ``""`` where nothing does.

    Args:
        max_tags: How many tags its XML may have, closing ones as well.

    Raises:
        zipfile.BadZipFile: it is no such document.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old formats and of encrypted files
        return "old or encrypted"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            return "bomb"
        read = tags = 0
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                part = archive.read(member)  # never more than the size that was summed up
                read, tags = read + len(part), tags + part.count(b"<")
                is_large = read > max_xml or tags > max_tags
                if is_large or b"<!DOCTYPE" in part.replace(b"\0", b""):
                    return "bomb"
    return ""
