"""Bytes → text in the encodings that Chinese offices use."""

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
# GB18030 and Big5 share most byte pairs, so both are tried and the more plausible text is taken; a detector would guess
# Big5 for short GB texts.
_LEGACY = ("gb18030", "big5hkscs")
_DECLARED = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb2312": "gb18030",  # pages say gb2312 and use characters that only its successors have
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "windows-936": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "hz-gb-2312": "hz",
}
_FAULTS = 0.002
"""Share of characters that may be broken (a byte lost in transfer, a lone surrogate) before a decoding is given up."""
_FEW_FAULTS = 3
"""So many may be broken in a text of any length."""
_SAMPLE = 20_000
_COMMON = frozenset("的一是在和了有人中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
                    "為個國時來們動過產種後學經條規關會對發務辦開實應當據號")  # fmt: skip


def decode(data: bytes, declared: str | None = None) -> str:
    """The text that bytes stand for, by their mark, the encoding that they declare, strict UTF-8, then GB18030 or Big5.

    A character cut off at the end is left out, a few broken ones become U+FFFD. Raises Unreadable: `binary`, `encoding`.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").rstrip("\ufffd")
    if b"\x00" in data[:4096]:
        raise Unreadable("binary")
    stated = _DECLARED.get((declared or "").strip().lower(), "utf-8")
    first = [
        text
        for text in (_strict(data, candidate) for candidate in dict.fromkeys((stated, "utf-8")))
        if text is not None
    ]
    if first:
        return max(first, key=_plausibility)  # saved pages are often in another encoding than they still declare
    found = [_strict(data, encoding) for encoding in _LEGACY] + [_with_faults(data, "utf-8")]
    decoded = [text for text in found if text is not None] or _damaged(data)
    if not decoded:
        raise Unreadable("encoding")
    return max(decoded, key=_plausibility)


def _damaged(data: bytes) -> list[str]:
    return [text for text in (_with_faults(data, encoding) for encoding in _LEGACY) if text is not None]


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        # not final: what is left of a character at the end stays in the decoder
        return codecs.getincrementaldecoder(encoding)("strict").decode(data)
    except UnicodeDecodeError:
        return None


def _with_faults(data: bytes, encoding: str) -> str | None:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data)
    # the three bytes of a lone surrogate give three marks
    text = text.replace("\ufffd\ufffd\ufffd", "\ufffd") if encoding == "utf-8" else text
    faults = text.count("\ufffd")
    return text if faults <= max(_FEW_FAULTS, _FAULTS * len(text)) and faults < 0.1 * len(text) else None


def _plausibility(text: str) -> float:
    """Share of very common characters: a text read in the wrong encoding has next to none."""
    sample = text[:_SAMPLE]
    return sum(c in _COMMON for c in sample) / max(1, len(sample))
