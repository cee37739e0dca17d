"""Plain text."""

from __future__ import annotations

from indexer.readers.encoding import decode
from indexer.readers.unreadable import Unreadable


def read_text(data: bytes) -> str:
    """The text of a file. Raises Unreadable: `empty`, `binary` or `encoding`."""
    text = decode(data).replace("\x00", "")
    if not text.strip():
        raise Unreadable("empty")
    return text
