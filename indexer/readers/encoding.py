"""Bytes → text in the encodings that Chinese offices use."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence

from indexer.readers.repairs import CUT, GUESSED, REPLACED, Decoded, Repair
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
_NAMES = {"gb18030": "GB18030", "big5hkscs": "Big5"}
_FAULT = "\ufffd"
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


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text that bytes stand for, by their mark, the encoding that they declare, strict UTF-8, then GB18030 or Big5.

    A character cut off at the end is left out, a few broken ones become U+FFFD. Raises Unreadable: `binary`, `encoding`.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, encoding)
    if b"\x00" in data[:4096]:
        raise Unreadable("binary")
    stated = _DECLARED.get((declared or "").strip().lower(), "utf-8")
    first = _decoded(_strict(data, candidate) for candidate in dict.fromkeys((stated, "utf-8")))
    if first:
        return _best(first)  # saved pages are often in another encoding than they still declare
    found = _decoded(
        [*(_guess(_strict(data, encoding), encoding) for encoding in _LEGACY), _with_faults(data, "utf-8")]
    )
    found = found or _decoded(_guess(_with_faults(data, encoding), encoding) for encoding in _LEGACY)
    if not found:
        raise Unreadable("encoding")
    return _best(found)


def _decoded(attempts: Iterable[Decoded | None]) -> list[Decoded]:
    return [attempt for attempt in attempts if attempt is not None]


def _best(found: Sequence[Decoded]) -> Decoded:
    return found[0] if len(found) == 1 else max(found, key=lambda decoded: _plausibility(decoded.text))


def _guess(decoded: Decoded | None, encoding: str) -> Decoded | None:
    named = Repair(GUESSED, encoding=_NAMES[encoding])
    return decoded and Decoded(decoded.text, (named, *decoded.repairs))


def _marked(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    kept = text.rstrip(_FAULT)
    cut = (Repair(CUT),) if kept != text else ()
    faults = kept.count(_FAULT)
    return Decoded(kept, (*((Repair(REPLACED, faults),) if faults else ()), *cut))


def _strict(data: bytes, encoding: str) -> Decoded | None:
    try:
        return _incrementally(data, encoding, "strict")
    except UnicodeDecodeError:
        return None


def _incrementally(data: bytes, encoding: str, errors: str) -> Decoded:
    """Not final: what is left of a character at the end stays in the decoder."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    text = decoder.decode(data)
    return Decoded(text, (Repair(CUT),) if decoder.getstate()[0] else ())


def _with_faults(data: bytes, encoding: str) -> Decoded | None:
    decoded = _incrementally(data, encoding, "replace")
    text = decoded.text
    if encoding == "utf-8":  # the three bytes of a lone surrogate give three marks
        text = text.replace(_FAULT * 3, _FAULT)
    faults = text.count(_FAULT)
    if faults > max(_FEW_FAULTS, _FAULTS * len(text)) or faults >= 0.1 * len(text):
        return None
    return Decoded(text, (*((Repair(REPLACED, faults),) if faults else ()), *decoded.repairs))


def _plausibility(text: str) -> float:
    """Share of very common characters: a text read in the wrong encoding has next to none."""
    sample = text[:_SAMPLE]
    return sum(map(_COMMON.__contains__, sample)) / max(1, len(sample))
