"""The shapes of the API's answers, for its OpenAPI document; tests hold the real answers against them.

An answer may gain fields within version 1: whoever reads it passes over what is new.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Offsets = Annotated[list[int], Field(min_length=2, max_length=2, description="[start, end) in characters")]
Kind = Literal["number", "term", "title", "heading"]


class Shape(BaseModel):
    """Base: no type is bent into another, and fields may be added."""

    model_config = ConfigDict(strict=True, extra="allow")


class Problem(Shape):
    code: str
    message: str = Field(description="what happened")
    remedy: str = Field(description="what to do next")


class ErrorAnswer(Shape):
    """The one shape of every error."""

    error: Problem


class NoticeShape(Shape):
    """Something the reader of an answer should know."""

    code: str
    message: str


class Match(Shape):
    """How one channel found the clause."""

    rank: int = Field(ge=1)
    score: float = Field(description="the channel's own")
    window: Offsets | None = Field(None, description="the passage nearest in meaning, in `text`")


class Edition(Shape):
    document_id: str
    clause_id: str
    title: str


class HitShape(Shape):
    """One clause that answers, with its document's facts."""

    clause_id: str
    document_id: str
    title: str
    issuer: str | None
    document_number: str | None = Field(description="文号")
    issued_on: str | None = Field(description="成文日期, YYYY-MM-DD")
    path: list[str] = Field(description="the headings above the clause")
    text: str
    highlights: list[Offsets] = Field(description="matched words, in `text`")
    score: float
    matched_by: dict[str, Match] = Field(description="`keyword` and `semantic`; a channel that missed is absent")
    also_in: list[Edition] = Field(description="the same clause in other documents")
    url: str = Field(description="relative to this site")


class SearchAnswer(Shape):
    query: str
    mode: Literal["hybrid", "keyword", "semantic"]
    took_ms: float
    total: int
    notices: list[NoticeShape]
    hits: list[HitShape]


class SuggestionShape(Shape):
    text: str
    kind: Kind
    highlights: list[Offsets] = Field(description="what was typed, in `text`")
    document_id: str | None = Field(description="the document that a title or 文号 names")
    url: str = Field(description="relative to this site")


class SuggestAnswer(Shape):
    query: str
    suggestions: list[SuggestionShape]


class DocumentFacts(Shape):
    """What is known of a document."""

    document_id: str
    title: str
    issuer: str | None
    issuers: list[str]
    document_number: str | None
    issued_on: str | None
    source: str | None
    same_work_as: list[str] = Field(description="ids of other editions")


class DocumentSummary(DocumentFacts):
    clauses: int = Field(description="their number")


class DocumentsAnswer(Shape):
    documents: list[DocumentSummary]


class ClauseShape(Shape):
    clause_id: str
    kind: Literal["heading", "text"]
    path: list[str]
    text: str
    responsible: str | None = Field(description="责任单位 of a measure")
    start: int = Field(description="offset into `body`")
    end: int


class DocumentAnswer(DocumentFacts):
    """A document with its text and its clauses in reading order."""

    body: str
    coverage: float = Field(description="share of the body's characters that lie in a clause")
    clauses: list[ClauseShape]


class Named(Shape):
    document_id: str
    title: str


class ComparedSide(Shape):
    """A clause of one of two documents."""

    clause_id: str
    path: list[str]
    text: str
    differs: list[Offsets] = Field(description="what the other side does not have, in `text`")
    url: str = Field(description="relative to this site")


class ComparedRow(Shape):
    """Clauses that belong together, or one that stands in one document only."""

    kind: Literal["same", "changed", "only_here", "only_there"]
    equal: float = Field(ge=0, le=1, description="share of the characters that both sides have")
    here: ComparedSide | None
    there: ComparedSide | None


class RowCounts(Shape):
    """How many rows are of each kind."""

    same: int
    changed: int
    only_here: int
    only_there: int


class ComparisonAnswer(Shape):
    """Two documents clause by clause, in the order of the first."""

    document: Named
    other: Named
    equal: float = Field(ge=0, le=1, description="share of all characters that both documents have")
    counts: RowCounts
    rows: list[ComparedRow]
