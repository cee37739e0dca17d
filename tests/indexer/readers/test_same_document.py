"""The five documents of the corpus say the same whatever format they come in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from file_making import make_docx, make_html, make_ofd, make_pdf

from indexer.cleaning import clean
from indexer.readers import READERS
from indexer.reading import ReadDocument, build_document
from search.text.normalise import letters

CORPUS = Path(__file__).resolve().parents[3] / "corpus"
FILES = sorted(path.name for path in CORPUS.glob("0*.txt"))
MAKERS = {".html": make_html, ".docx": make_docx, ".pdf": make_pdf, ".ofd": make_ofd}


@cache
def as_text(name: str) -> tuple[ReadDocument, list[str]]:
    text = READERS[".txt"]((CORPUS / name).read_bytes())
    return build_document("d", name, text), [line.text for line in clean(text).lines]


@pytest.mark.parametrize("ending", MAKERS)
@pytest.mark.parametrize("name", FILES)
def test_a_document_says_the_same_in_every_format(name: str, ending: str) -> None:
    expected, lines = as_text(name)
    make: Callable[[list[str]], bytes] = MAKERS[ending]
    read = build_document("d", name, READERS[ending](make(lines)))

    assert len(FILES) == 5
    assert letters(read.document.title) == letters(expected.document.title)
    assert read.document.document_number == expected.document.document_number
    assert read.document.issued_on == expected.document.issued_on
    assert read.document.issuers == expected.document.issuers
    assert [letters(c.text) for c in read.clauses] == [letters(c.text) for c in expected.clauses]
    assert [c.path for c in read.clauses] == [c.path for c in expected.clauses]
