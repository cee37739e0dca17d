"""What became of the running request, noted where it is known and read by who counts and logs."""

from __future__ import annotations

from flask import g

from search.errors import TiaokuanError
from search.model import ResultPage


def note_page(page: ResultPage) -> ResultPage:
    """Remember what a search found, and give it back."""
    g.found_page = page
    return page


def note_error(error: TiaokuanError) -> None:
    """Remember why the request was refused or failed."""
    g.known_error = error


def page() -> ResultPage | None:
    """What a search of this request found."""
    found: ResultPage | None = g.get("found_page")
    return found


def error() -> TiaokuanError | None:
    """Why this request was refused or failed."""
    known: TiaokuanError | None = g.get("known_error")
    return known
