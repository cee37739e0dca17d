"""The values that pass between the rooms: documents, clauses, queries' answers. All frozen; nothing here does IO."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from search.compact import compact


class Mode(StrEnum):
    """Which channels answer a query."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Sort(StrEnum):
    """The order of an answer's hits. By date, documents without one come last, and relevance orders those of one day."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class ClauseKind(StrEnum):
    """What a clause is in its document."""

    HEADING = "heading"
    """A numbered or named heading with no text of its own; its words are also the `path` of what stands under it."""
    TEXT = "text"
    """A numbered unit or an unnumbered paragraph (also a part of one, where the unit is long)."""
    TABLE = "table"
    """A row of a table, or several short ones: a line each, the cells parted by a tab."""
    ATTACHMENT = "attachment"
    """The heading of an attachment: its mark (附件1) and, below it, its title; or the names of attached files."""
    NOTE = "note"
    """The 题注: who passed, promulgated or amended the document, and when."""

    @property
    def is_heading(self) -> bool:
        """Whether what it says is said again in the `path` of what stands under it."""
        return self in (ClauseKind.HEADING, ClauseKind.ATTACHMENT)


@compact
@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest unit of a document that is found, shown and cited.

    `text` is exactly `document.body[start:end]`; the source offsets delimit the same passage in the file's
    decoded text, where broken lines and the like still stand. All offsets are in characters, end exclusive.
    """

    clause_id: str
    document_id: str
    ordinal: int
    kind: ClauseKind
    path: tuple[str, ...]
    text: str
    start: int
    end: int
    source_start: int
    source_end: int
    responsible: str | None = None
    """The 责任单位 that the document names for this measure."""


class Validity(StrEnum):
    """Whether a document is in force."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REPEALED = "repealed"
    UNSTATED = "unstated"


class Level(StrEnum):
    """How high an issuing organ stands."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    LOCAL = "local"
    """A city, a county, or below."""


@compact
@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that say a fact: `fact` is a field of Document."""

    fact: str
    sentence: str


@compact
@dataclass(frozen=True, slots=True)
class Document:
    """One delivered file: what it says of itself, and its cleaned text.

    `issued_on` is the 成文日期, never the day of a web page; `page_date` is that. `document_number` is the 文号 in the
    form 国发〔2016〕62号. `source` is the 来源 that the page names, else the site that carries it. `coverage` is
    the share of the body's characters that lie in a clause (white space and the recognised 主送机关, 落款 and
    dates, which are facts and no clauses, do not count).
    """

    document_id: str
    file: str
    title: str
    body: str
    issuers: tuple[str, ...] = ()
    document_number: str | None = None
    issued_on: date | None = None
    page_date: date | None = None
    source: str | None = None
    site: str | None = None
    kind: str | None = None
    addressee: str | None = None
    coverage: float = 0.0
    clause_count: int = 0
    same_work_as: tuple[str, ...] = ()
    region: str | None = None
    """全国, a province, or a city or county."""
    subject: str | None = None
    index_number: str | None = None
    """The 索引号 of the page."""
    effective_on: date | None = None
    """The 施行日期."""
    expires_on: date | None = None
    """The last day in force, where the text limits its own validity (有效期5年)."""
    trial: str | None = None
    """试行 or 暂行."""
    repealed_by: tuple[str, ...] = ()
    """Documents of the index that repeal this one."""
    evidence: tuple[Evidence, ...] = ()
    """For each of the facts from `kind` on, where it is said."""

    @property
    def issuer(self) -> str | None:
        """The issuers as one text, joint ones parted by 、."""
        return "、".join(self.issuers) or None

    def validity(self, today: date) -> Validity:
        """Whether it is in force, as far as the index tells. A document that says nothing of it is `UNSTATED`."""
        if self.repealed_by:
            return Validity.REPEALED
        if self.expires_on and self.expires_on < today:
            return Validity.EXPIRED
        if self.effective_on is None:
            return Validity.UNSTATED
        return Validity.IN_FORCE if self.effective_on <= today else Validity.NOT_YET


@compact
@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit's document must be; search.filtering says how each is compared. Dates are inclusive and compare with
    `issued_on`. All of `also` must hold, too, and none of `excluded` may."""

    issuer: str | None = None
    since: date | None = None
    until: date | None = None
    kind: str | None = None
    """文种, such as 通知; 意见 admits 指导意见, too."""
    region: str | None = None
    title: str | None = None
    """Part of the title."""
    number: str | None = None
    """文号, whole or from its beginning."""
    validity: Validity | None = None
    level: Level | None = None
    also: tuple[Filters, ...] = ()
    excluded: tuple[Filters, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()

    @property
    def by_date(self) -> bool:
        """Whether a document without a date of issue cannot pass."""
        return bool(self.since or self.until) or any(other.by_date for other in self.also)

    @property
    def by_validity(self) -> bool:
        """Whether it matters what a document says of its validity."""
        return self.validity not in (None, Validity.UNSTATED) or any(
            other.by_validity for other in (*self.also, *self.excluded)
        )

    def joined(self, other: Filters) -> Filters:
        """Both at once."""
        if not self or not other:
            return self or other
        return Filters(also=(self, other))


@compact
@dataclass(frozen=True, slots=True)
class ChannelMatch:
    """How one channel found a clause: its rank there (from 1), the engine's own score, and for the semantic
    channel the window of the clause's text that matched best. `share` is what the channel added to the hit's score."""

    rank: int
    score: float
    window: tuple[int, int] | None = None
    share: float = 0.0


@compact
@dataclass(frozen=True, slots=True)
class Factor:
    """What a hit's score was multiplied by, and why: a name such as `heading`, a text of the locale."""

    name: str
    value: float


@compact
@dataclass(frozen=True, slots=True)
class Edition:
    """The same clause in another document."""

    document_id: str
    clause_id: str
    title: str


@compact
@dataclass(frozen=True, slots=True)
class WeighedTerm:
    """A term of the query that the clause has: `fields` says where (title, path, text), `weight` what it adds to the
    keyword score of a clause of ordinary length that has it once."""

    term: str
    weight: float
    fields: tuple[str, ...]


@compact
@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a hit stands where it stands, beside what every hit says of itself (ranks, scores, copies).

    `terms` are the heaviest first; `missing` are terms that the clause does not have, with their weights; `differs` are
    the [start, end) of the text that the clause or passage it is compared with does not have, None where it is compared
    with nothing.
    """

    terms: tuple[WeighedTerm, ...] = ()
    missing: tuple[tuple[str, float], ...] = ()
    factors: tuple[Factor, ...] = ()
    differs: tuple[tuple[int, int], ...] | None = None


@compact
@dataclass(frozen=True, slots=True)
class Hit:
    """One clause that answers, with its document's facts and its reasons. `highlights` are [start, end) in `text`.

    `explanation` is there where it was asked for."""

    clause: Clause
    document: Document
    score: float
    matched_by: Mapping[str, ChannelMatch]
    highlights: tuple[tuple[int, int], ...] = ()
    matched_terms: tuple[str, ...] = ()
    also_in: tuple[Edition, ...] = ()
    explanation: Explanation | None = None


@compact
@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader of an answer should know, as a key of the text catalogue and its parameters."""

    key: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)


@compact
@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value that documents have, and how many of the hits a filter by it keeps."""

    value: str
    count: int


Facets = Mapping[str, tuple[FacetCount, ...]]
"""Counts by `level`, `issuer`, `year`, `kind`, `region` and `validity`."""


@compact
@dataclass(frozen=True, slots=True)
class ResultPage:
    """The answer to a query: `total` hits in all, of which `hits` are those asked for. `took_ms` is milliseconds."""

    query: str
    mode: Mode
    total: int
    hits: Sequence[Hit]
    took_ms: float
    notices: tuple[Notice, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Queries that may have been meant where this one looks mistyped."""
    facets: Facets | None = None
    """There where they were asked for."""


class Relation(StrEnum):
    """How a document refers to another that it cites."""

    BASED_ON = "依据"
    CARRIES_OUT = "贯彻落实"
    FORWARDS = "转发"
    AMENDS = "修订"
    REPEALS = "废止"
    FOLLOWS = "参照"
    MENTIONS = "提及"


@compact
@dataclass(frozen=True, slots=True)
class Citation:
    """Where a clause names another document, in which sentence, and how.

    `title` is as the text cites it, without 《》; `document_number` is canonical. At least one of them is known.
    `cited_document_id` is None where the corpus does not hold the document.
    """

    clause_id: str
    document_id: str
    sentence: str
    relation: Relation
    title: str | None = None
    document_number: str | None = None
    cited_document_id: str | None = None


@compact
@dataclass(frozen=True, slots=True)
class Citations:
    """What a document cites, and who cites it or another edition of the same work."""

    outgoing: tuple[Citation, ...] = ()
    incoming: tuple[Citation, ...] = ()
