"""What an indexing run did, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.readers.repairs import GUESSED, Repair
from search.i18n import load_catalogue

if TYPE_CHECKING:
    from indexer.cleaning import Skipped
    from indexer.reading import ReadDocument

LOW_COVERAGE = 0.95
WORST = 10
MANY = 40
"""A report of more documents names only the worst; `--json` has them all."""


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """One document: its clauses, the share of its body that lies in one, what of its file was left out, and what had to
    be mended in it."""

    document_id: str
    file: str
    title: str
    clauses: int
    coverage: float
    characters: int = 0
    skipped: tuple[Skipped, ...] = ()
    same_work_as: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()

    @classmethod
    def of(cls, read: ReadDocument) -> DocumentReport:
        """The report on a document that was just read."""
        d = read.document
        counts = (len(read.clauses), d.coverage, len(d.body))
        return cls(d.document_id, d.file, d.title, *counts, read.skipped, d.same_work_as, read.repairs)


@dataclass(frozen=True, slots=True)
class FileSkipped:
    """A file that was not read, and the key of the reason."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """A whole run. `folded` counts clauses that share their text with one shown before them, `embedded` the passages that
    went through the model, `reused` those whose vectors were there before; seconds are wall time."""

    generation: str
    documents: Sequence[DocumentReport]
    skipped: Sequence[FileSkipped]
    clauses: int
    folded: int
    windows: int
    seconds: float = 0.0
    changed: bool = True
    embedded: int = 0
    reused: int = 0
    removed: Sequence[str] = ()
    """Files that were left out because their documents were removed by hand."""
    better_engine: str | None = None
    """The engine that would suit so many clauses, where the one they are kept by does not."""

    def as_dict(self) -> dict[str, object]:
        """The report as JSON-ready values."""
        return {
            "generation": self.generation,
            "changed": self.changed,
            "clauses": self.clauses,
            "folded": self.folded,
            "windows": self.windows,
            "embedded": self.embedded,
            "reused": self.reused,
            "seconds": round(self.seconds, 2),
            "coverage": round(sum(d.coverage for d in self.documents) / max(1, len(self.documents)), 4),
            "worst": [d.document_id for d in self.worst()],
            "documents": [_document_dict(d) for d in self.documents],
            "skipped": [{"file": s.file, "reason": s.reason} for s in self.skipped],
            "removed": list(self.removed),
            "better_engine": self.better_engine,
        }

    def worst(self) -> list[DocumentReport]:
        """The ten documents of which the least was understood: by coverage, then by how long their clauses are."""
        return sorted(self.documents, key=lambda d: (d.coverage, -d.characters / max(1, d.clauses)))[:WORST]

    def lines(self, language: str = "zh") -> Iterator[str]:
        """The report in lines for a terminal: every document of a small corpus, the worst ten of a large one."""
        say = load_catalogue("indexer").text
        files = {d.document_id: d.file for d in self.documents}
        many = len(self.documents) > MANY
        if many:
            yield say("report.worst", language, count=WORST)
        for d in self.worst() if many else self.documents:
            yield say("report.document", language, file=d.file, title=d.title)
            yield say("report.clauses", language, clauses=d.clauses, coverage=f"{d.coverage:.1%}")
            for s in d.skipped:
                yield say(f"report.skipped.{s.reason}", language, characters=s.characters)
            if d.same_work_as:
                others = "、".join(files.get(i, i) for i in d.same_work_as)
                yield say("report.same_work", language, files=others)
            if d.coverage < LOW_COVERAGE:
                yield say("report.low_coverage", language)
        yield from self._repair_lines(language)
        for unread in self.skipped:
            reason = say(f"reason.{unread.reason}", language)
            yield say("report.file_skipped", language, file=unread.file, reason=reason)
        if self.removed:
            named = "、".join(self.removed[:WORST])
            yield say("report.removed", language, count=len(self.removed), files=named)
        yield say(
            "report.total" if self.changed else "report.unchanged",
            language,
            documents=len(self.documents),
            clauses=self.clauses,
            folded=self.folded,
            skipped=len(self.skipped),
            seconds=f"{self.seconds:.1f}",
            generation=self.generation,
        )
        yield say("report.passages", language, embedded=self.embedded, reused=self.reused)
        if self.better_engine:
            yield say("report.better_engine", language, clauses=self.clauses, engine=self.better_engine)

    def _repair_lines(self, language: str) -> Iterator[str]:
        """A line for each file that was mended. Of a large corpus, files whose encoding was guessed and nothing else are
        only counted."""
        say = load_catalogue("indexer").text
        guessed = 0
        for d in self.documents:
            if len(self.documents) > MANY and {r.kind for r in d.repairs} == {GUESSED}:
                guessed += 1
            elif d.repairs:
                repairs = [say(f"repair.{r.kind}", language, count=r.count, encoding=r.encoding) for r in d.repairs]
                yield say("report.repaired", language, file=d.file, repairs=say("report.and", language).join(repairs))
        if guessed:
            yield say("report.guessed", language, count=guessed)


def _document_dict(d: DocumentReport) -> dict[str, object]:
    return {
        "document_id": d.document_id,
        "file": d.file,
        "title": d.title,
        "clauses": d.clauses,
        "coverage": round(d.coverage, 4),
        "characters": d.characters,
        "skipped": [{"reason": s.reason, "characters": s.characters} for s in d.skipped],
        "same_work_as": list(d.same_work_as),
        "repairs": [_repair_dict(r) for r in d.repairs],
    }


def _repair_dict(repair: Repair) -> dict[str, object]:
    named = {"encoding": repair.encoding} if repair.encoding else {"count": repair.count}
    return {"kind": repair.kind, **named}
