"""The shapes of the API's answers, for its OpenAPI document; tests hold the real answers against them.

An answer may gain fields within version 1: whoever reads it passes over what is new.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from search.model import Relation, Validity

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
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


class JobAnswer(Shape):
    """A change of the index that was asked for over HTTP."""

    job_id: str
    state: Literal["queued", "running", "done", "failed"]
    action: Literal["add", "remove", "withdraw"]
    document_id: str
    file: str
    created: str
    message: str = Field(description="why it failed")
    url: str


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


class TermShape(Shape):
    term: str
    weight: float = Field(description="what it adds to the keyword score of a clause that has it once")
    fields: list[Literal["title", "path", "text"]] | None = Field(None, description="where the clause has it")


class FactorShape(Shape):
    name: str
    value: float


class ExplanationShape(Shape):
    """Why a hit stands where it stands."""

    sentence: str
    shares: dict[str, float] = Field(description="what each channel added to the score")
    factors: list[FactorShape] = Field(description="what the sum was multiplied by")
    terms: list[TermShape] = Field(description="terms of the query that the clause has, the heaviest first")
    missing: list[TermShape] = Field(description="terms that it does not have")
    differs: list[Offsets] = Field(description="what the text compared with does not have, in `text`")
    copies: int = Field(ge=0, description="clauses with the same text that were folded into this one")


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
    explanation: ExplanationShape | None = Field(None, description="with `explain=1` only")


class SearchAnswer(Shape):
    query: str
    mode: Literal["hybrid", "keyword", "semantic"]
    took_ms: float
    total: int
    notices: list[NoticeShape]
    hits: list[HitShape]


class FacetShape(Shape):
    value: str = Field(description="what the filter of the same name takes; a year is since and until at once")
    label: str
    count: int = Field(ge=1, description="hits that the filter keeps")


class FacetsShape(Shape):
    level: list[FacetShape]
    issuer: list[FacetShape]
    year: list[FacetShape]
    kind: list[FacetShape]
    region: list[FacetShape]
    validity: list[FacetShape]


class FacetsAnswer(Shape):
    """Counts of the hits by what their documents are. A facet's own filter is left aside. A search looks at the best
    1,000 clauses by words and 200 by meaning: with a filter it may find more than was counted without."""

    query: str
    mode: Literal["hybrid", "keyword", "semantic"]
    took_ms: float
    total: int
    notices: list[NoticeShape]
    facets: FacetsShape


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
    issued_on: Day | None = Field(description="成文日期")
    page_date: Day | None = Field(description="the day of the web page, which is not that of the document")
    kind: str | None = Field(description="文种")
    source: str | None = Field(description="来源")
    site: str | None = Field(description="the site that carries it")
    file: str = Field(description="the file it was read from")
    same_work_as: list[str] = Field(description="ids of other editions")
    region: str | None
    subject: str | None
    index_number: str | None = Field(description="索引号")
    effective_on: Day | None = Field(description="施行日期")
    expires_on: Day | None = Field(description="the last day in force")
    trial: str | None = Field(description="试行 or 暂行")
    repealed_by: list[str] = Field(description="ids of documents that repeal it")


class DocumentSummary(DocumentFacts):
    clauses: int = Field(ge=0, description="their number")


class DocumentsAnswer(Shape):
    documents: list[DocumentSummary]


class ClauseShape(Shape):
    clause_id: str
    kind: Literal["heading", "text", "table", "attachment", "note"]
    path: list[str]
    text: str
    responsible: str | None = Field(description="责任单位 of a measure")
    start: int = Field(ge=0, description="offset into `body`, in characters")
    end: int
    source_start: int = Field(ge=0, description="offset into the original text")
    source_end: int


class CitationShape(Shape):
    """Where a clause names another document. The one or the other of `title` and `document_number` is known."""

    document_id: str = Field(description="the document that cites")
    clause_id: str
    relation: Relation
    title: str | None = Field(description="as cited, without 《》")
    document_number: str | None
    cited_document_id: str | None = Field(description="null where the index does not hold it")
    sentence: str
    url: str = Field(description="relative to this site")


class CitationsShape(Shape):
    """Both directions."""

    outgoing: list[CitationShape]
    incoming: list[CitationShape]


class CitationsAnswer(CitationsShape):
    """What a document cites, and where it or another edition of it is cited."""

    document_id: str
    title: str


class ClauseAnswer(ClauseShape):
    """One clause with its document's facts."""

    url: str = Field(description="relative to this site")
    document: DocumentSummary
    citations: list[CitationShape] = Field(description="what the clause cites")


class EvidenceShape(Shape):
    """The words that say a fact."""

    fact: str
    sentence: str


class DocumentAnswer(DocumentFacts):
    """A document with its text and its clauses in reading order."""

    addressee: str | None = Field(description="主送机关")
    validity: Validity = Field(description="as of today")
    evidence: list[EvidenceShape]
    body: str
    coverage: float = Field(ge=0, le=1, description="share of the body's characters that lie in a clause")
    clauses: list[ClauseShape]
    citations: CitationsShape


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
