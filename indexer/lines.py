"""A document's text as lines of pieces of the source: cleaning only ever leaves characters out, so every character that
is shown is a character of the source, and where it stands there stays known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, and the source offset of each of its characters."""

    text: str
    origin: Sequence[int]

    def cut(self, start: int, end: int | None = None) -> Line:
        """The part [start, end) of the line."""
        return Line(self.text[start:end], self.origin[start:end])

    def strip(self) -> Line:
        """The line without white space at its ends."""
        if self.text and not self.text[0].isspace() and not self.text[-1].isspace():
            return self
        start = len(self.text) - len(self.text.lstrip())
        return self.cut(start, max(start, len(self.text.rstrip())))

    def without(self, spans: Iterable[tuple[int, int]]) -> Line:
        """The line with [start, end) spans (in order, apart from one another) left out."""
        spans = list(spans)
        if not spans:
            return self
        text, at = "", 0
        origin: list[int] = []
        for start, end in [*spans, (len(self.text), len(self.text))]:
            text += self.text[at:start]
            origin.extend(self.origin[at:start])
            at = end
        return Line(text, origin)

    def join(self, other: Line) -> Line:
        """This line with another run on to it."""
        return Line(self.text + other.text, [*self.origin, *other.origin])


def split_lines(text: str) -> list[Line]:
    """The lines of a source text, white space at their ends gone, empty ones kept (they part blocks)."""
    lines, at = [], 0
    for raw in text.splitlines(keepends=True):
        lines.append(Line(raw, range(at, at + len(raw))).strip())
        at += len(raw)
    return lines


@dataclass(frozen=True)
class Body:
    """Lines joined by a line feed each, with the way back to the source."""

    lines: tuple[Line, ...]

    @cached_property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(line.text for line in self.lines)

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line in `text`."""
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line.text) + 1
        return starts

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the source text that [start, end) of `text` (not empty, no line feed at its ends) covers."""
        return self._source(start), self._source(end - 1) + 1

    def _source(self, offset: int) -> int:
        index = bisect_right(self.starts, offset) - 1
        return self.lines[index].origin[offset - self.starts[index]]
