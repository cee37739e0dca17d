"""Readers: bytes of a file → its text. To add a format, write a reader here and name it in READERS."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from indexer.readers.text import read_text

READERS: Mapping[str, Callable[[bytes], str]] = {".txt": read_text, ".md": read_text}
"""File name ending → reader. A reader raises Unreadable with the reason that the report shows."""

__all__ = ["READERS", "read_text"]
