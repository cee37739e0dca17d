"""Readers: bytes of a file → its text. To add a format, write a reader here, and name it in READERS and in `kinds`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from indexer.readers.isolated import in_worker
from indexer.readers.kinds import ENDINGS, Kind, kind_of
from indexer.readers.office import read_office
from indexer.readers.text import read_text

_BY_KIND: Mapping[Kind, Callable[[bytes], str]] = {
    Kind.TEXT: read_text,
    Kind.HTML: in_worker("indexer.readers.html:read_html"),
    Kind.DOCX: in_worker("indexer.readers.docx:read_docx"),
    Kind.PDF: in_worker("indexer.readers.pdf:read_pdf"),
    Kind.OFD: in_worker("indexer.readers.ofd:read_ofd"),
    Kind.OFFICE: read_office,
}


def _read(ending: str, data: bytes) -> str:
    return _BY_KIND[kind_of(data, ending)](data)


READERS: Mapping[str, Callable[[bytes], str]] = {ending: partial(_read, ending) for ending in ENDINGS}
"""File name ending → reader; what the bytes are decides, the ending only where they do not say. A reader raises Unreadable
with the reason that the report shows. Heavy libraries are loaded in the worker process, when a file needs them."""

__all__ = ["READERS", "read_text"]
