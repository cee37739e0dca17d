"""Text with marks → runs of (text, css class), which a template escapes or a terminal colours. Pure functions.

Marks: `keyword` for the words that matched, `semantic` for the passage that is near the query in meaning; in a clause that
is compared with another text, `differs` for what that text does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from search.model import Hit

Span = tuple[int, int]

KEYWORD = "keyword"
SEMANTIC = "semantic"
GAP = "gap"
DIFFERS = "differs"

# A clause of up to WHOLE characters is shown as it is: that is about five lines of the page. A longer one is cut to
# about SHORTENED, so that what is left out is always worth a second look.
WHOLE = 240
SHORTENED = 180
MARGIN = 40
_STOPS = "。；！？\n"
_PAUSES = _STOPS + "，、：,;"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text with one look. `css` is empty for plain text; GAP stands for text left out."""

    text: str
    css: str = ""


def hit_segments(hit: Hit) -> list[Segment]:
    """The whole text of a hit, marked."""
    if differs := _differs(hit):
        return [Segment(run.text, run.css and DIFFERS) for run in segments(hit.clause.text, differs)]
    return segments(hit.clause.text, hit.highlights, window_of(hit))


def hit_excerpt(hit: Hit) -> list[Segment] | None:
    """The text of a long hit, shortened around its matches; None where the whole text is short enough."""
    text = hit.clause.text
    if len(text) <= WHOLE or _differs(hit):
        return None
    window = window_of(hit)
    return segments(text, hit.highlights, window, keep=_kept(text, hit.highlights, window))


def _differs(hit: Hit) -> Sequence[Span]:
    """What sets a hit apart from what it is compared with; nothing where hardly anything is shared, and marks help no
    reader."""
    spans = (hit.explanation and hit.explanation.differs) or ()
    return spans if 2 * _length(spans) <= len(hit.clause.text) else ()


def window_of(hit: Hit) -> Span | None:
    """The passage nearest in meaning; None where that is the whole clause, which needs no mark."""
    semantic = hit.matched_by.get(SEMANTIC)
    if semantic is None or semantic.window is None:
        return None
    start, end = semantic.window
    return None if start <= 0 and end >= len(hit.clause.text) else (start, end)


def segments(
    text: str, highlights: Sequence[Span] = (), window: Span | None = None, *, keep: Sequence[Span] | None = None
) -> list[Segment]:
    """Cut `text` at every mark. The texts joined are `text`, but for what lies outside `keep`, which becomes `…`."""
    words = _tidy(highlights, len(text))
    near = _tidy([window] if window else [], len(text))
    kept = _tidy(keep, len(text)) if keep is not None else [(0, len(text))]
    cuts = sorted({0, len(text), *(cut for span in (*words, *near, *kept) for cut in span)})
    runs: list[Segment] = []
    for start, end in pairwise(cuts):
        if _inside(start, kept):
            runs.append(Segment(text[start:end], _look(start, words, near)))
        elif not (runs and runs[-1].css == GAP):
            runs.append(Segment("…", GAP))
    return runs


def _look(position: int, words: Sequence[Span], near: Sequence[Span]) -> str:
    looks = [name for name, spans in ((KEYWORD, words), (SEMANTIC, near)) if _inside(position, spans)]
    return " ".join(looks)


def _inside(position: int, spans: Iterable[Span]) -> bool:
    return any(start <= position < end for start, end in spans)


def _tidy(spans: Iterable[Span], length: int) -> list[Span]:
    """Spans cut to the text, in order, with those that touch or overlap joined."""
    tidy: list[Span] = []
    for start, end in sorted((max(0, start), min(length, end)) for start, end in spans):
        if start >= end:
            continue
        if tidy and start <= tidy[-1][1]:
            tidy[-1] = (tidy[-1][0], max(end, tidy[-1][1]))
        else:
            tidy.append((start, end))
    return tidy


def _kept(text: str, highlights: Sequence[Span], window: Span | None) -> list[Span]:
    """What an excerpt shows: room around the matched words, the longest first because they say most, until SHORTENED
    is used up; without matched words, the semantic passage."""
    if not highlights:
        start = _sentence_start(text, window[0]) if window else 0
        return [(start, _cut_after(text, start + SHORTENED))]
    kept: list[Span] = []
    for start, end in sorted(_tidy(highlights, len(text)), key=lambda span: span[0] - span[1]):
        around = (_cut_before(text, start - MARGIN, start), _cut_after(text, end + MARGIN))
        longer = _tidy([*kept, around], len(text))
        if kept and _length(longer) > SHORTENED:
            break
        kept = longer
    return _filled(text, kept)


def _filled(text: str, kept: list[Span]) -> list[Span]:
    """Spend what is left of SHORTENED after the last match, where the sentence goes on."""
    room = SHORTENED - _length(kept)
    start, end = kept[-1]
    return _tidy([*kept[:-1], (start, _cut_after(text, end + room) if room > MARGIN else end)], len(text))


def _length(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def _sentence_start(text: str, position: int) -> int:
    return max((text.rfind(stop, 0, position) for stop in _STOPS), default=-1) + 1


def _cut_before(text: str, earliest: int, position: int) -> int:
    """The first place after a mark of punctuation in text[earliest:position], else `earliest`."""
    if earliest <= 0:
        return 0
    found = [place for place in range(earliest, position) if text[place] in _PAUSES]
    return found[0] + 1 if found else earliest


def _cut_after(text: str, latest: int) -> int:
    """The last place before `latest` that follows a mark of punctuation, looking back at most MARGIN / 2."""
    if latest >= len(text):
        return len(text)
    return next((place for place in range(latest, latest - MARGIN // 2, -1) if text[place - 1] in _PAUSES), latest)
