"""Plain text in the encodings that Chinese offices use."""

from __future__ import annotations

import codecs

from indexer.readers.unreadable import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Tried strictly and in this order: UTF-8 hardly ever passes by chance. GB18030 and Big5 share most byte pairs, so both
# are tried and the more plausible text is taken; a detector would guess Big5 for short GB texts.
_LEGACY = ("gb18030", "big5hkscs")
_COMMON = frozenset("的一是在和了有人中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
                    "為個國時來們動過產種後學經條規關會對發務辦開實應當據號")  # fmt: skip


def read_text(data: bytes) -> str:
    """The text of a file. Raises Unreadable: `empty`, `binary` or `encoding`."""
    text = _decode(data).replace("\x00", "")
    if not text.strip():
        raise Unreadable("empty")
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding) or ""
    if b"\x00" in data[:4096]:
        raise Unreadable("binary")
    text = _strict(data, "utf-8")
    if text is not None:
        return text
    decoded = [found for found in (_strict(data, encoding) for encoding in _LEGACY) if found is not None]
    if not decoded:
        raise Unreadable("encoding")
    return max(decoded, key=_plausibility)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _plausibility(text: str) -> float:
    """Share of very common characters: a text read in the wrong encoding has next to none."""
    sample = text[:20_000]
    return sum(c in _COMMON for c in sample) / max(1, len(sample))
