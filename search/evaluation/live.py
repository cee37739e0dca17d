"""Judged queries on the live index, through the searcher that serves people: folding and look-ups are measured, too."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from search.errors import BadJudgments, BadRequest
from search.evaluation.folder import Setup
from search.evaluation.judgments import JudgedQuery, References, read_judgments
from search.evaluation.measuring import Judged, Run, measure
from search.generation import open_current
from search.model import Mode, Notice
from search.settings import Settings
from search.store import Catalogue

DEPTH = 100
_NAMED = 3  # judged clauses that are gone, as examples


def evaluate_live(settings: Settings, file: Path, setup: Setup | None = None) -> Run:
    """Measure on the live index with a judgment file. Copies of a clause count as one. Raises BadJudgments, NoIndex and
    the like, ModelUnavailable."""
    from search.searcher import Searcher

    setup = setup or Setup()
    lines = read_judgments(file)[: setup.limit]
    if not lines:
        raise BadJudgments(file=file, reason="no judged queries")
    with closing(Catalogue(open_current(settings.home).folder / "catalogue.sqlite")) as catalogue:
        judged, gone = resolve(lines, catalogue)
        with closing(Searcher.open(settings)) as searcher:
            if set(setup.modes) != {Mode.KEYWORD}:
                searcher.warm_up()  # raises where there is no model: words alone would be measured as if they were both

            def answer(text: str, mode: Mode) -> list[str]:
                with suppress(BadRequest):  # what cannot be asked finds nothing
                    hits = searcher.search(text, mode=mode, limit=DEPTH).hits
                    stored = catalogue.stored([hit.clause.clause_id for hit in hits])
                    return [str(stored[hit.clause.clause_id].folded) for hit in hits if hit.clause.clause_id in stored]
                return []

            run = measure(judged, setup.modes, answer)
    notices = (Notice("notice.judged_gone", {"count": len(gone), "clauses": "; ".join(gone[:_NAMED])}),)
    return Run(run.modes, run.classes, notices if gone else ())


def resolve(lines: list[JudgedQuery], catalogue: Catalogue) -> tuple[Judged, list[str]]:
    """Judgments on texts (what a clause and its copies share; the highest grade counts), and the names of judged clauses
    that the index does not hold. A query's text is its id."""
    references = References(catalogue.documents(), catalogue.clauses)
    stored = catalogue.stored({name for line in lines for name in line.judgments})
    judgments: dict[str, dict[str, int]] = {}
    gone: list[str] = []
    for line in lines:
        grades = judgments.setdefault(line.query, {})
        for name, grade in line.judgments.items():
            found = stored.get(name)
            if found is None:
                clause_id = references.clause_id(line.references.get(name, name))
                found = catalogue.stored([clause_id])[clause_id] if clause_id else None
            if found is None:
                gone.append(line.references.get(name, name))
            else:
                text = str(found.folded)
                grades[text] = max(grade, grades.get(text, 0))
        if not any(grades.values()) and any(line.judgments.values()):
            del judgments[line.query]  # all its answers are gone: it has not become a query that should find nothing
    queries = {line.query: line.query for line in lines if line.query in judgments}
    classes = {line.query: line.group for line in lines if line.group}
    return Judged({}, queries, judgments, classes), gone
