"""The page of a search: its hits, what narrows them, and where there are none, what to loosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search.errors import EmptyQuery
from search.filtering import admits
from search.loosening import Looser, looser
from search.model import Mode, ResultPage, Sort
from web import narrowing, outcome, params
from web.language import language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.searcher import Searcher

CARRIED = ("mode", *params.FILTERS, "sort")
"""What goes along with new words."""
KEPT = ("q", *CARRIED, "explain")
MOST_WORDS = 8
"""Words of a query without hits that are offered one by one."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """What was tried without success, and what is left to try."""

    documents: int
    admitted: int
    """Documents that the filters let through."""
    words: Sequence[str] = ()
    looser: Sequence[Looser] = ()
    modes: Sequence[Mode] = ()


def show(searcher: Searcher) -> ResponseReturnValue:
    """The page for the running request."""
    if not request.args.get("q", "").strip():
        return render_template("blank.html", error=EmptyQuery(), examples=examples()), EmptyQuery.http_status
    asked = params.search_parameters(request.args, language())
    number = params.page(request.args, language())
    offset = (number - 1) * params.PAGE_SIZE
    found = searcher.search(
        asked.query,
        mode=asked.mode,
        limit=params.PAGE_SIZE,
        offset=offset,
        filters=asked.filters,
        sort=asked.sort,
        explained=asked.explained,
        faceted=True,
    )
    outcome.note_page(found)
    last = min(ceil(found.total / params.PAGE_SIZE), params.MAX_PAGE)
    if found.total and number > last:
        return redirect(search_link(page=last))
    return render_template(
        "search.html",
        found=found,
        asked=asked,
        first=offset + 1,
        page=number,
        last=last,
        sorts=list(Sort),
        most_exported=params.MOST_EXPORTED,
        chips=narrowing.chips(asked.filters, search_link),
        groups=narrowing.groups(found, asked.filters, search_link),
        years=narrowing.years(found.facets, asked.filters, search_link),
        unfiltered=search_link(**dict.fromkeys(params.FILTERS, "")),
        nothing=None if found.total else _nothing(searcher, asked, found),
    )


def _nothing(searcher: Searcher, asked: params.SearchParameters, found: ResultPage) -> Nothing:
    facts = searcher.facts()
    today = date.today()
    admitted = sum(admits(asked.filters, document, today) for document in facts)
    if not admitted:  # no other words and no other mode would help
        return Nothing(len(facts), 0)
    words = searcher.words(asked.query)
    return Nothing(
        documents=len(facts),
        admitted=admitted,
        words=words[:MOST_WORDS] if len(words) > 1 else (),
        looser=looser(asked.query),
        modes=[mode for mode in Mode if mode is not found.mode],
    )


def search_link(**changes: object) -> str:
    """The address of the running search with some parameters changed, back on its first page unless one is named."""
    return f"{url_for('pages.search')}?{_query(changes)}"


def export_link(kind: str) -> str:
    """The address of the running search's hits as a file."""
    return f"{url_for(f'exports.{kind}')}?{_query({'explain': ''})}"


def feed_link() -> str:
    """The address of the running search as a feed."""
    return f"{url_for('feeds.feed')}?{_query({'explain': '', 'sort': ''})}"


def examples() -> list[str]:
    """Queries to try."""
    return text("home.examples").split("|")


def _query(changes: dict[str, object]) -> str:
    values = {name: request.args.get(name) for name in KEPT}
    values.update({name: str(value) if value else None for name, value in changes.items()})
    return urlencode({name: value for name, value in values.items() if value})
