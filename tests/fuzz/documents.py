"""Files and texts as an indexer meets them: read or refused with a reason, split into clauses that lie where they say."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.dates import find_date
from indexer.mentions import find_mentions
from indexer.organs import leading_organs, split_organs
from indexer.readers.docx import read_docx
from indexer.readers.html import read_html
from indexer.readers.kinds import ENDINGS, kind_of
from indexer.readers.ofd import read_ofd
from indexer.readers.pdf import read_pdf
from indexer.readers.repairs import Decoded
from indexer.readers.text import read_text
from indexer.readers.unreadable import Unreadable
from indexer.reading import ReadDocument, build_document
from search.text.numbers import document_number_key, find_document_numbers
from search.text.numerals import NUMERAL, to_int, units
from tests.fuzz import material
from tests.fuzz.target import Target, ensure

_ROOT = Path(__file__).resolve().parents[2]
_OWN = tuple(str(_ROOT / package) for package in ("search", "indexer", "web"))


def read_quietly(reader: Callable[[bytes], str | Decoded], data: bytes) -> str | None:
    """What a reader makes of a file; None for its own refusal, and for what a library under it raises on a broken file,
    which the worker process reports as `corrupt`. What our own lines raise is a fault of theirs."""
    try:
        found = reader(data)
    except (Unreadable, MemoryError, RecursionError):
        return None
    except Exception as error:
        if _raised_by_us(error.__traceback__):
            raise
        return None
    return found if isinstance(found, str) else found.text


def _raised_by_us(trace: TracebackType | None) -> bool:
    last = traceback.extract_tb(trace)[-1]
    return last.filename.startswith(_OWN)


def check_reader(reader: Callable[[bytes], str | Decoded], *, again: bool = True) -> Callable[[bytes], None]:
    """The check of one reader: no surprise, twice the same, and what it gives can be made a document."""

    def check(data: bytes) -> None:
        text = read_quietly(reader, data)
        if again:
            ensure(read_quietly(reader, data) == text, "read twice, it is not the same")
        for ending in ENDINGS:
            with suppress(Unreadable):
                kind_of(data, ending)
        if text is not None:
            text.encode("utf-8", "strict")
            check_text(text)

    return check


def built(text: str) -> ReadDocument | None:
    """The document of a text, None where it is none."""
    try:
        return build_document("d0", "某文件.txt", text)
    except Unreadable:
        return None


def check_text(text: str) -> None:
    """Splitting: clauses lie in the body where they say, in order, and in the source, too."""
    cleaned = clean(text)
    sources = [place for line in cleaned.lines for place in line.origin]
    ensure(all(0 <= place < len(text) for place in sources), "a line comes from outside the source")
    for line in cleaned.lines:
        same = all(
            text[at] == c or (c.isspace() and text[at].isspace()) for c, at in zip(line.text, line.origin, strict=True)
        )
        ensure(same, f"{line.text[:40]!r} does not stand in the source as it is shown")
    read = built(text)
    if read is None:
        return
    body, at = read.document.body, 0
    for clause in read.clauses:
        ensure(
            at <= clause.start < clause.end <= len(body), f"clause {clause.ordinal} lies at {clause.start}:{clause.end}"
        )
        ensure(clause.text == body[clause.start : clause.end], f"clause {clause.ordinal} says what is not there")
        ensure(bool(clause.text.strip()), f"clause {clause.ordinal} is blank")
        source = text[clause.source_start : clause.source_end]
        ensure(_within(clause.text, source), f"clause {clause.ordinal} is not in its part of the source")
        at = clause.end
    ensure(len({clause.clause_id for clause in read.clauses}) == len(read.clauses), "two clauses have one id")
    ensure(0 <= read.document.coverage <= 1, f"coverage {read.document.coverage}")
    ensure(read.document.coverage > 0.999 or not read.clauses, f"coverage {read.document.coverage}: text was lost")
    ensure(built(text) == read, "read twice, it is not the same")


def _within(shown: str, source: str) -> bool:
    """Whether all that is shown stands in the source in that order. Cleaning only leaves characters out."""
    rest = iter(source)
    return all(c.isspace() or any(c == each for each in rest) for c in shown)


def check_facts(text: str) -> None:
    """文号, dates, numbers and organs: found within the text, and what is found is found again."""
    for number in find_document_numbers(text):
        ensure(0 <= number.start < number.end <= len(text), "a 文号 outside the text")
        ensure(document_number_key(number.text) == number.key, "a 文号 with two keys")
    key = document_number_key(text)
    ensure(document_number_key(key) == key, f"{key!r} is not its own key")
    for _, start, end in units(text):
        ensure(0 <= start < end <= len(text), "a unit outside the text")
    for mention in find_mentions(text, lambda title: len(title) == 6):
        ensure(0 <= mention.start < mention.end <= len(text), "a mention outside the text")
    find_date(text)
    leading_organs(text)
    split_organs(text)
    numerals = "".join(c for c in text if c in NUMERAL)
    if numerals:
        with suppress(ValueError):  # 十百: no number
            ensure(to_int(numerals) >= 0, "a negative number")


TARGETS = (
    Target("text", material.encoded(), check_reader(read_text)),
    Target("html", material.pages(), check_reader(read_html)),
    Target("docx", st.one_of(material.word_files(), material.zip_files()), check_reader(read_docx)),
    Target("ofd", material.zip_files(), check_reader(read_ofd)),
    Target("pdf", material.pdf_files(), check_reader(read_pdf, again=False)),
    Target("splitter", material.texts(), check_text),
    Target("facts", material.texts(12), check_facts),
)
