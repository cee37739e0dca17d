"""A tree of HTML elements → lines, as a reader of the page would see them. Nothing recurses: pages can be nested 10,000 deep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from indexer.markers import line_marker
from indexer.readers.numbering import CSS, format_number, labelled
from indexer.readers.tables import row_lines, visible

_BLOCKS = frozenset(
    re.findall(
        r"\S+",
        "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table "
        "tbody tfoot thead ul",
    )
)
_DROPPED = frozenset(
    re.findall(
        r"\S+",
        "head script style noscript template iframe object embed svg canvas audio video map button select textarea "
        "input datalist option nav rt rp -comment",
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.I)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3001-\u301f"
# A line break in the source between two Chinese characters is where an editor wrapped it; a browser shows a space.
_WRAPPED = re.compile(rf"(?<=[{_CJK}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{_CJK}])")

Skip = Callable[[LexborNode], bool]


def is_dropped(node: LexborNode) -> bool:
    """Whether an element shows no text of the page: scripts, forms' fields, comments, what is hidden."""
    if node.tag in _DROPPED:
        return True
    if not node.is_element_node:
        return False
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def walk(root: LexborNode, skip: Skip = is_dropped) -> Iterator[tuple[LexborNode, bool]]:
    """Each node below and including `root` twice, in document order: (node, True) before and (node, False) behind what is
    in it. `root` is never skipped."""
    stack = [(root, True)]
    while stack:
        node, entering = stack.pop()
        if entering and node is not root and skip(node):
            continue
        yield node, entering
        if entering:
            stack.append((node, False))
            child = node.last_child
            while child is not None:
                stack.append((child, True))
                child = child.prev


@dataclass(slots=True)
class _Frame:
    """Lines under way: of the page, of a table row (`cells`) or of a cell."""

    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)

    def end_line(self) -> None:
        text = _SPACES.sub(" ", _WRAPPED.sub("", "".join(self.pieces)))
        self.pieces.clear()
        text = visible(text).strip(" ")
        if text.strip():
            self.lines.append(text)


@dataclass(slots=True)
class _List:
    kind: str
    number: int


@dataclass(slots=True)
class _Renderer:
    frames: list[_Frame] = field(default_factory=lambda: [_Frame()])
    lists: list[_List] = field(default_factory=list)
    items: list[tuple[str, int]] = field(default_factory=list)  # label, and how many lines stood before the item
    preformatted: int = 0

    @property
    def top(self) -> _Frame:
        return self.frames[-1]

    def text(self, text: str) -> None:
        if not self.preformatted:
            self.top.pieces.append(text)
            return
        first, *others = text.split("\n")
        self.top.pieces.append(first)
        for line in others:
            self.top.end_line()
            self.top.pieces.append(line)

    def enter(self, node: LexborNode) -> None:
        tag = node.tag
        if tag in ("td", "th", "tr"):
            self.top.end_line()
            self.frames.append(_Frame())
        elif tag == "br":
            self.top.end_line()
        elif tag in _BLOCKS:
            self.top.end_line()
            self._enter_block(node, tag or "")

    def _enter_block(self, node: LexborNode, tag: str) -> None:
        if tag in ("ol", "ul"):
            self.lists.append(_open_list(node, tag))
        elif tag == "li":
            self.items.append((self._label(node), len(self.top.lines)))
        self.preformatted += tag == "pre"

    def _label(self, node: LexborNode) -> str:
        if not self.lists:
            return ""
        current = self.lists[-1]
        stated = node.attributes.get("value") or ""
        current.number = int(stated) if stated.isdecimal() and len(stated) < 6 else current.number
        label = format_number(current.number, current.kind)
        current.number += 1
        if not label:
            return ""
        return label + ("、" if current.kind == "chineseCounting" else ".")

    def leave(self, node: LexborNode) -> None:
        tag = node.tag
        if tag in ("td", "th"):
            lines = self._close()
            if len(self.frames) > 1:
                self.top.cells.append(lines)
            else:
                self.top.lines.extend(lines)  # a cell outside of any table
        elif tag == "tr":
            row = self.top
            lines = self._close()
            self.top.lines.extend(row_lines(row.cells) + lines)
        elif tag in _BLOCKS:
            self.top.end_line()
            self._leave_block(tag or "")

    def _leave_block(self, tag: str) -> None:
        if tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        elif tag == "li" and self.items:
            label, first = self.items.pop()
            lines = self.top.lines
            if label and first < len(lines) and line_marker(lines[first]) is None:
                lines[first] = labelled(label, lines[first])
        self.preformatted -= tag == "pre"

    def _close(self) -> list[str]:
        frame = self.frames.pop()
        frame.end_line()
        return frame.lines


def _open_list(node: LexborNode, tag: str) -> _List:
    attributes = node.attributes
    style = _LIST_STYLE.search(attributes.get("style") or "")
    named = style[1].lower() if style else attributes.get("type") or "1"
    kind = CSS.get(named, "decimal") if tag == "ol" else "none"
    start = attributes.get("start") or ""
    return _List(kind, int(start) if start.isdecimal() and len(start) < 6 else 1)


def render(root: LexborNode, skip: Skip = is_dropped, marks: dict[int, str] | None = None) -> list[str]:
    """The lines of what is below `root`, none empty. Where a node's id (mem_id) is in `marks`, its mark stands alone on a
    line instead of its text."""
    renderer = _Renderer()
    marks = marks or {}
    for node, entering in walk(root, lambda node: node.mem_id not in marks and skip(node)):
        if node.mem_id in marks:
            _mark(renderer, marks[node.mem_id], entering)
        elif not node.is_element_node:
            if entering and node.is_text_node:
                renderer.text(node.text_content or "")
        elif entering:
            renderer.enter(node)
        else:
            renderer.leave(node)
    renderer.top.end_line()
    return renderer.top.lines


def _mark(renderer: _Renderer, mark: str, entering: bool) -> None:
    renderer.top.end_line()
    if entering:
        renderer.text(mark)
        renderer.top.end_line()
