"""People's judgments of clauses, one query a line, as editors save them and `tiaokuan evaluate FILE` reads them.

    {"query": "民营银行", "class": "exact", "judgments": {"d1b579cb72e-e21893cc": 2, "002#12.争取尽快在我省设立民营银行": 2},
     "references": {"d1b579cb72e-e21893cc": "004_国发〔2016〕62号….txt#2017年6月底前，在东北地区至少设立一家民营银行。"}}

A clause is named by its id or by a reference, `FILE#WORDS`: the clause of a file whose name begins with FILE that begins with
WORDS, or else holds them. Ids come from the file's name and the clause's text, so that they outlive a new index of the same
files, but not a change in how documents are split; a reference does, and `references` gives the one of an id.
Grades: 0 no answer, 1 helps, 2 answers. A query with no grade above 0 should find nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from search.errors import BadJudgments
from search.model import Clause, Document
from search.text.normalise import letters

FILE_NAME = "judgments.jsonl"
GRADES = (0, 1, 2)
CLASSES = ("exact", "number", "title", "everyday", "paraphrase", "question", "negative")
_REFERENCE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """One query with the grades of clauses, named by id or reference; `group` is its class, blank if it has none."""

    query: str
    judgments: Mapping[str, int]
    group: str = ""
    references: Mapping[str, str] = field(default_factory=dict)

    def as_line(self) -> str:
        """The query as a line of a judgment file."""
        line: dict[str, object] = {"query": self.query}
        if self.group:
            line["class"] = self.group
        line["judgments"] = dict(self.judgments)
        if self.references:
            line["references"] = dict(self.references)
        return json.dumps(line, ensure_ascii=False)


def read_judgments(file: Path) -> list[JudgedQuery]:
    """The queries of a file; where one stands twice, the later line's judgments are added to the first's. Raises
    BadJudgments with the line's number."""
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise BadJudgments(file=file, reason=error) from error
    found: dict[str, JudgedQuery] = {}
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                line = _parse(json.loads(text))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise BadJudgments(file=file, reason=f"line {number}: {error}") from error
            known = found.get(line.query)
            found[line.query] = _joined(known, line) if known else line
    return list(found.values())


def _parse(line: dict[str, object]) -> JudgedQuery:
    query, judgments = line["query"], line["judgments"]
    references = line.get("references") or {}
    if not isinstance(query, str) or not isinstance(judgments, dict) or not isinstance(references, dict):
        raise TypeError("query should be a text, judgments and references objects")
    if not all(isinstance(grade, int) for grade in judgments.values()):
        raise TypeError("grades should be whole numbers")
    return JudgedQuery(query, judgments, str(line.get("class") or ""), references)


def _joined(first: JudgedQuery, second: JudgedQuery) -> JudgedQuery:
    return replace(
        second,
        judgments={**first.judgments, **second.judgments},
        group=second.group or first.group,
        references={**first.references, **second.references},
    )


class JudgmentFile:
    """The judgments that editors save, in the index's folder. Several processes may save at a time."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME

    def queries(self) -> list[JudgedQuery]:
        """All of them; none where nothing was saved yet. Raises BadJudgments."""
        return read_judgments(self.path) if self.path.exists() else []

    def of(self, query: str) -> JudgedQuery | None:
        """What was saved for a query."""
        return next((each for each in self.queries() if each.query == query), None)

    def update(self, query: str, change: Callable[[JudgedQuery | None], JudgedQuery]) -> None:
        """Put what `change` makes of a query's judgments in their place, or at the end. The file holds the old lines or
        the new ones at any time. Raises BadJudgments."""
        from filelock import FileLock

        from search.generation import write_durably

        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name(self.path.name + ".lock")):
            known = {each.query: each for each in self.queries()}
            known[query] = change(known.get(query))
            write_durably(self.path, "".join(each.as_line() + "\n" for each in known.values()))


def reference(document: Document, clause: Clause) -> str:
    """How to find a clause again in an index that splits differently."""
    return f"{document.file}#{' '.join(clause.text[:_REFERENCE_LENGTH].split())}"


class References:
    """Finds the clauses that judgments name, in an index as it is now."""

    def __init__(self, documents: Sequence[Document], clauses: Callable[[str], Sequence[Clause]]) -> None:
        self._documents = documents
        self._clauses = clauses
        self._read: dict[str, list[tuple[str, Clause]]] = {}

    def clause_id(self, name: str) -> str | None:
        """The clause of a reference, None where there is none: the first that begins with its words, else the first that
        holds them; a heading only where no text does. Width, spaces and punctuation do not count."""
        file, mark, words = name.partition("#")
        wanted = letters(words)
        if not mark or not wanted:
            return None
        for document in self._documents:
            if document.file.startswith(file):
                found = [(key, clause) for key, clause in self._of(document.document_id) if wanted in key]
                if found:
                    best = min(found, key=lambda f: (f[1].kind.is_heading, not f[0].startswith(wanted)))
                    return best[1].clause_id
        return None

    def _of(self, document_id: str) -> list[tuple[str, Clause]]:
        if document_id not in self._read:
            self._read[document_id] = [(letters(c.text), c) for c in self._clauses(document_id)]
        return self._read[document_id]
