"""What other programs subscribe to and find their way by: Atom, OpenSearch, sitemap and robots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search.filtering import admits
from search.model import Document, Hit
from web import caching, params
from web.language import language, text
from web.opening import SearcherHolder
from web.params import SearchParameters

if TYPE_CHECKING:
    from search.searcher import Searcher

ENTRIES = 50
# Clauses that a feed is made from; one document often has many of them.
DEPTH = 100
# The format's own limit for one file.
SITEMAP = 50_000
_SUMMARY = 300
_FORMATS = {"": ("feed.xml", "application/atom+xml"), "rss": ("feed.rss.xml", "application/rss+xml")}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document in a feed, with the clause that answers best, where the feed is of a search."""

    document: Document
    updated: str
    link: str
    summary: str


def create_feeds(holder: SearcherHolder) -> Blueprint:
    """The blueprint of the feeds. XML has no place for control characters, so they are dropped from every answer."""
    feeds = Blueprint("feeds", __name__)

    @feeds.get("/feed")
    def feed() -> ResponseReturnValue:
        """A search's documents, the newest first; all documents without q. Takes the filters of a search. Atom, or RSS
        with format=rss."""
        asked = params.search_parameters(request.args, language())
        template, mimetype = _FORMATS[params.feed_format(request.args, language())]
        searcher = holder.get()
        fallback = str(searcher.status().get("created") or datetime(2000, 1, 1, tzinfo=UTC).isoformat())
        entries = _entries(searcher, asked, fallback)
        title = text("feed.title", query=asked.query) if asked.query.strip() else text("feed.all")
        updated = max((entry.updated for entry in entries), default=fallback)
        return _xml(template, mimetype, title=title, entries=entries, updated=updated, rfc_822=_rfc_822)

    @feeds.get("/opensearch.xml")
    def opensearch() -> ResponseReturnValue:
        return _xml("opensearch.xml", "application/opensearchdescription+xml", root=request.url_root)

    @feeds.get("/sitemap.xml")
    def sitemap() -> ResponseReturnValue:
        documents = sorted(holder.get().facts(), key=lambda d: str(d.issued_on or ""), reverse=True)
        pages = [url_for(f"pages.{name}", _external=True) for name in ("home", "documents")]
        pages += [_link(document) for document in documents]
        return _xml("sitemap.xml", "application/xml", pages=pages[:SITEMAP])

    @feeds.get("/robots.txt")
    def robots() -> ResponseReturnValue:
        # An answer may be kept by other engines, but not in all its orders, filters and pages (wildcards: RFC 9309, 2.2.3).
        closed = ("/search?*&", "/search.", "/similar", "/clauses/", "/feed", "/api/")
        lines = ["User-agent: *", *(f"Disallow: {place}" for place in closed)]
        lines.append(f"Sitemap: {url_for('feeds.sitemap', _external=True)}")
        return Response("\n".join(lines) + "\n", mimetype="text/plain")

    return feeds


def _entries(searcher: Searcher, asked: SearchParameters, fallback: str) -> list[Entry]:
    """One entry a document, with the best of its clauses where something was searched for."""
    if asked.query.strip():
        best: dict[str, Hit] = {}
        for hit in searcher.search(asked.query, mode=asked.mode, limit=DEPTH, filters=asked.filters).hits:
            best.setdefault(hit.document.document_id, hit)
        newest = sorted(best.values(), key=lambda hit: str(hit.document.issued_on or ""), reverse=True)
        return [_entry(hit.document, hit, fallback) for hit in newest[:ENTRIES]]
    admitted = [each for each in searcher.facts() if admits(asked.filters, each, date.today())]
    listed = sorted(admitted, key=lambda each: str(each.issued_on or ""), reverse=True)[:ENTRIES]
    return [_entry(searcher.document(each.document_id), None, fallback) for each in listed]


def _entry(document: Document, hit: Hit | None, fallback: str) -> Entry:
    day = document.issued_on or document.page_date
    summary = hit.clause.text if hit else document.body
    link = _link(document, hit.clause.clause_id if hit else None)
    return Entry(document, _moment(day) if day else fallback, link, summary[:_SUMMARY])


def _moment(day: date) -> str:
    """A day in China, as Atom wants it."""
    return f"{day.isoformat()}T00:00:00+08:00"


def _rfc_822(moment: str) -> str:
    """A moment as RSS wants it."""
    return format_datetime(datetime.fromisoformat(moment))


def _link(document: Document, clause_id: str | None = None) -> str:
    return url_for("pages.document", document_id=document.document_id, _external=True, _anchor=clause_id)


def _xml(template: str, mimetype: str, **values: object) -> Response:
    body = _NOT_XML.sub("", render_template(template, **values))
    return caching.conditional(Response(body, content_type=f"{mimetype}; charset=utf-8"))
