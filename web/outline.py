"""A document's clauses as its page shows them: the tree of headings, and the running text in paragraphs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from search.model import Clause, ClauseKind, Document
from web.rendering import Segment, Span, segments

# 一、 （一） (1) 1. 1、 第三条 ①: what a numbered clause begins with, so that it deserves a line in the tree.
_NUMBER = re.compile(r"[（(]?[一二三四五六七八九十百\d]{1,4}[）)、.．]|第[一二三四五六七八九十百\d]{1,6}[章节条]|[①-⑳]")
_LABEL = 28
_DEEPEST_HEADING = 6


@dataclass(slots=True)
class Node:
    """A line of the tree. `clause_id` is the place it leads to."""

    label: str
    clause_id: str
    heading: str
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause within a paragraph. Of a heading, `rest` is what stands on the lines below it (who is responsible)."""

    clause: Clause
    segments: list[Segment]
    rest: list[Segment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 2 to 6), a paragraph of one or more clauses, a table of them, or text that belongs to no clause
    (`outside`)."""

    level: int = 0
    pieces: tuple[Piece, ...] = ()
    outside: str = ""

    @property
    def is_table(self) -> bool:
        """Whether its clauses are rows of a table."""
        return not self.level and bool(self.pieces) and self.pieces[0].clause.kind is ClauseKind.TABLE


def outline(clauses: Sequence[Clause]) -> list[Node]:
    """The tree of headings and numbered clauses, in reading order."""
    root = Node("", "", "")
    for clause in clauses:
        parent = root
        for heading in clause.path:
            parent = _descend(parent, heading, clause.clause_id)
        if _is_heading(clause) or _NUMBER.match(clause.text):
            _add(parent, Node(_label(clause), clause.clause_id, _one_line(clause.text)))
    return root.children


def _descend(parent: Node, heading: str, clause_id: str) -> Node:
    """The newest child of that heading. One that no clause has opened is made, and leads to its first clause."""
    if not parent.children or not _is_headed(parent.children[-1], heading):
        parent.children.append(Node(_short(heading), clause_id, _one_line(heading)))
    return parent.children[-1]


def _add(parent: Node, node: Node) -> None:
    """Add a line, unless text that stands before its heading (as in a flattened table) has brought it already."""
    if not (parent.children and _is_headed(node, parent.children[-1].heading)):
        parent.children.append(node)


def _is_headed(node: Node, heading: str) -> bool:
    """A path can name a clause by its first words only."""
    return node.heading.startswith(_one_line(heading).rstrip("…"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _label(clause: Clause) -> str:
    """A heading in full; of a numbered clause, its first sentence as far as it fits."""
    first = _head(clause.text.strip()).replace("\n", "")
    return first.rstrip("。：:") if clause.kind.is_heading else _short(re.split(r"[。；]", first, maxsplit=1)[0])


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else text[: _LABEL - 1].rstrip("，、：,") + "…"


def blocks(document: Document, clauses: Sequence[Clause], marks: Mapping[str, Sequence[Span]]) -> list[Block]:
    """The running text. `marks` gives the highlights of clauses that a query has found."""
    laid: list[Block] = []
    end, level = 0, 1
    for clause in clauses:
        between = document.body[end : clause.start]
        laid += _outside(between)
        piece = _piece(clause, marks.get(clause.clause_id, ()))
        if _is_heading(clause):
            # One step down at most: what stands above may be a numbered clause, which is no heading of the page.
            level = min(2 + len(clause.path), level + 1, _DEEPEST_HEADING)
            laid.append(Block(level=level, pieces=(piece,)))
        elif laid and not between.strip() and _goes_on(laid[-1], clause, between):
            laid[-1] = Block(pieces=(*laid[-1].pieces, piece))
        else:
            laid.append(Block(pieces=(piece,)))
        end = max(end, clause.end)
    return laid + _outside(document.body[end:])


def _goes_on(block: Block, clause: Clause, between: str) -> bool:
    """Whether a clause belongs to the paragraph or the table before it, from which `between` parts it."""
    is_row = clause.kind is ClauseKind.TABLE
    if block.is_table or is_row:
        return block.is_table and is_row
    return bool(block.pieces) and not block.level and "\n" not in between


def rows(runs: Sequence[Segment]) -> list[list[list[Segment]]]:
    """The rows of a table's clause, each a list of cells, each a list of runs."""
    table: list[list[list[Segment]]] = [[[]]]
    for run in runs:
        for mark, text in re.findall(r"([\n\t]?)([^\n\t]*)", run.text):
            if mark == "\n":
                table.append([[]])
            elif mark:
                table[-1].append([])
            if text:
                table[-1][-1].append(Segment(text, run.css))
    return table


def _piece(clause: Clause, highlights: Sequence[Span]) -> Piece:
    head = _head(clause.text)
    if not clause.kind.is_heading or head == clause.text:
        return Piece(clause, segments(clause.text, highlights))
    rest, after = clause.text[len(head) + 1 :], len(head) + 1
    return Piece(
        clause,
        segments(head, highlights),
        segments(rest, [(start - after, end - after) for start, end in highlights]),
    )


def _head(text: str) -> str:
    """A heading without the bracketed lines below it. Other lines are a wrapped title, and belong to it."""
    return re.split(r"\n(?=[（(〔])", text, maxsplit=1)[0]


def _is_heading(clause: Clause) -> bool:
    """Not what is left of a heading that is missing in the source: the column of responsible bodies behind it."""
    return clause.kind.is_heading and not (clause.text[0] in "（(" and not _NUMBER.match(clause.text))


def _outside(text: str) -> list[Block]:
    return [Block(outside=line.strip()) for line in text.splitlines() if line.strip()]
