"""Zip files (docx, ofd) opened within bounds: a few kilobytes can unpack to gigabytes."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from indexer.readers.unreadable import Unreadable

LARGEST_UNPACKED = 192 * 1024 * 1024
"""Bytes, all parts together. A part is never unpacked further than the size that it states, so the sum is a bound."""
LARGEST_XML = 48 * 1024 * 1024
"""Bytes of all XML parts together: as a tree they take ten times as much."""
MOST_PARTS = 20_000


def open_zip(data: bytes) -> ZipFile:
    """Raises Unreadable: `corrupt`, `encrypted`, `zip_bomb`."""
    try:
        file = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("corrupt") from error
    parts = file.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("encrypted")
    xml = sum(part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels")))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED or xml > LARGEST_XML:
        raise Unreadable("zip_bomb")
    return file
