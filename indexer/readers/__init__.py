"""Readers: bytes of a file → its text. To add a format, write a reader here, and name it in `_BY_KIND` and in `kinds`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from indexer.readers.isolated import in_worker
from indexer.readers.kinds import ENDINGS, Kind, kind_of
from indexer.readers.office import read_office
from indexer.readers.repairs import Decoded
from indexer.readers.text import read_text

_BY_KIND: Mapping[Kind, Callable[[bytes], Decoded]] = {
    Kind.TEXT: read_text,
    Kind.HTML: in_worker("indexer.readers.html:read_html"),
    Kind.DOCX: in_worker("indexer.readers.docx:read_docx"),
    Kind.PDF: in_worker("indexer.readers.pdf:read_pdf"),
    Kind.OFD: in_worker("indexer.readers.ofd:read_ofd"),
    Kind.OFFICE: read_office,
}


def read_bytes(ending: str, data: bytes) -> Decoded:
    """The text of a file's bytes. What these are decides; the ending of the file's name (one of ENDINGS) only where they
    do not say. Heavy libraries are loaded in the worker process, when a file needs them.

    Raises Unreadable with the reason that the report shows."""
    return _BY_KIND[kind_of(data, ending)](data)


def _text(ending: str, data: bytes) -> str:
    return read_bytes(ending, data).text


READERS: Mapping[str, Callable[[bytes], str]] = {ending: partial(_text, ending) for ending in ENDINGS}
"""File name ending → `read_bytes` for it, the text alone."""

__all__ = ["ENDINGS", "READERS", "read_bytes"]
