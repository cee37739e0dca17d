"""Plain text."""

from __future__ import annotations

from indexer.readers.encoding import decode
from indexer.readers.repairs import NUL, Decoded, Repair
from indexer.readers.unreadable import Unreadable


def read_text(data: bytes) -> Decoded:
    """The text of a file. Raises Unreadable: `empty`, `binary` or `encoding`."""
    decoded = decode(data)
    text = decoded.text.replace("\x00", "")
    if not text.strip():
        raise Unreadable("empty")
    nuls = len(decoded.text) - len(text)
    return Decoded(text, (*decoded.repairs, Repair(NUL, nuls))) if nuls else decoded
