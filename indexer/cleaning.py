"""What a web page put around and into a document, taken out: navigation, counters, editors, a body that stands twice,
spaces and breaks inside words. Pure functions over lines; nothing is rewritten, only left out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.lines import Line, split_lines
from indexer.markers import line_marker
from indexer.rows import table_rows
from indexer.wrapping import unwrap
from search.text.normalise import is_cjk, letters

_SPACES = re.compile(r"(?:[\s\u3000\xa0]|&(?:nb|en|em|thin)?sp;|&#(?:160|12288);)+")
_SPACED_LETTERS = re.compile(r"(?<!\S)([\u4e00-\u9fff])(?:[\s\u3000\xa0]+([\u4e00-\u9fff]))+(?=\s|$|[：:])")
_LETTER_AND_SPACES = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u3000\xa0]+")
_SPACED_YEAR = re.compile(r"(?<!\d)(?=(?:1\s*9|2\s*0)\s*\d\s*\d\s*年)(\d{1,3})\s+(\d{1,3}\s*年)")
"""20 16年, where a line of the source was broken."""
_PROSE_MARKS = re.compile("[，。；,;]")
_PROSE_LENGTH = 30
"""A line of so many characters with a comma or full stop is prose: a space between two Chinese characters in it is
where the page's source was broken. Shorter lines are titles and names, where a space parts words."""

# Lines that are never part of a document, by how they begin …
_JUNK_START = re.compile(
    r"(?:您?(?:现在|当前)?(?:的)?(?:所在)?位置|(?:首\s*页|网站首页)\s*[>»›＞/|]|打印|关闭(?:窗口)?|字体|字号|分享(?:到)?|扫一扫|浏览(?:次数|量)?\s*[:：]|"
    r"点击(?:数|率|量|次数)?\s*[:：]|阅读(?:次数|量)?\s*[:：]|访问(?:统计|次数|量)|责任编辑|责编\s*[:：]|编辑\s*[:：]|"
    r"主办单位?\s*[:：]|承办单位?\s*[:：]|协办单位?\s*[:：]|技术支持\s*[:：]|版权所有|网站标识码|网站地图|联系我们|关于我们|[^，。]{0,6}ICP备|"
    r"[^，。]{0,4}公网安备|上一篇|下一篇|上一条|下一条|相关(?:链接|阅读|文章|稿件)\s*[:：]?$|返回(?:顶部|首页)|收藏本页|加入收藏|更多信息请关注|"
    r"Copyright|©)"
)
# … or as a whole.
_JUNK_WHOLE = re.compile(
    r"(?:\s*+(?:[【\[（(]\s*+)?(?:(?:字体|字号)\s*+)?(?:[:：]\s*+)?大\s*+(?:[|｜/]\s*+)?中\s*+(?:[|｜/]\s*+)?小\s*+[】\]）)]?.{0,8}|打印本页.{0,10}|通知及附件下载|附件下载|点击下载|"
    r"无障碍.{0,4}|繁體|简体|English|手机版|微信|微博|QQ空间|<!--|-->|[（(]\s*|\s*[）)]|[-－—_=*·|:\s\u200b-\u200f\u2060\ufeff]+)"
)
_JUNK_END = re.compile(r"(?:更多信息请关注.{0,24}|(?:责任编辑|责编|编辑|作者)\s*[:：]?\s*\S{0,12})$")
_DOUBLED, _BEGINNING = 60, 16
"""Characters. A line of twice as many whose halves are the same holds a page's text twice, and its beginning tells."""
_JUNK_LIMIT = 120
"""A junk line is short; a longer one is only junk where it is a chain of links."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something of the source that is not part of the document, and why (a key of the report's texts)."""

    reason: str
    characters: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The lines of a document and what was taken out of the source."""

    lines: tuple[Line, ...]
    skipped: tuple[Skipped, ...]
    site: str | None


def is_junk(text: str) -> bool:
    """Whether a line belongs to a web page and not to a document."""
    if _JUNK_WHOLE.fullmatch(text):
        return True
    return len(text) <= _JUNK_LIMIT and bool(_JUNK_START.match(text))


def _between_cjk(text: str, start: int, end: int) -> bool:
    def joins(c: str) -> bool:
        return is_cjk(c) or c in "，。；：、！？（）《》〈〉“”‘’【】—…"

    return start > 0 and end < len(text) and joins(text[start - 1]) and joins(text[end])


def _mend_spaces(line: Line, *, is_row: bool = False) -> Line:
    """Leaves out spaces inside words: everywhere in prose, and between the letters of a s p a c e d word. The cells of a
    table row stay parted by one tab."""
    text = line.text
    if not _SPACES.search(text):
        return line
    spans: list[tuple[int, int]] = []
    marker = line_marker(text)
    prose = len(text) >= _PROSE_LENGTH and bool(_PROSE_MARKS.search(text))
    spaced = [] if is_row else [m.span() for m in _SPACED_LETTERS.finditer(text)]
    spaced_years = {(m.end(1), m.start(2)) for m in _SPACED_YEAR.finditer(text)}
    spaced_starts = [start for start, _ in spaced]
    for match in _SPACES.finditer(text):
        start, end = match.span()
        if is_row and "\t" in match[0]:
            tab = text.index("\t", start)
            spans += [span for span in ((start, tab), (tab + 1, end)) if span[0] < span[1]]
            continue
        behind_marker = marker is not None and start <= marker.end <= end
        before = bisect_left(spaced_starts, start) - 1  # the last spaced word that begins before this space
        inside_spaced = before >= 0 and end < spaced[before][1]
        if (
            inside_spaced
            or match.span() in spaced_years
            or (prose and not behind_marker and _between_cjk(text, start, end))
        ):
            spans.append((start, end))
        elif end - start > 1:
            spans.append((start + 1, end))
    return line.without(spans)


def _cut_junk_end(line: Line) -> Line:
    match = _JUNK_END.search(line.text)
    return line.cut(0, match.start()).strip() if match and match.start() else line


def _site(texts: Sequence[str]) -> str | None:
    for text in texts:
        match = re.match(r"主办(?:单位)?\s*[:：]\s*(\S.{1,60}?)(?:\s|承办|$)", text)
        if match:
            return match[1]
    return None


def _repeated(lines: Sequence[Line]) -> set[int]:
    """Indices of lines that stand in a second copy of a passage: at least three lines and 300 characters that follow
    one another as they did before."""
    keys = [letters(line.text) for line in lines]
    first: dict[str, int] = {}
    repeated: set[int] = set()
    run: list[int] = []
    expected = -1

    def close() -> None:
        if len(run) >= 3 and sum(len(keys[i]) for i in run) >= 300:
            repeated.update(run)
        run.clear()

    for i, key in enumerate(keys):
        if not key:
            continue
        earlier = first.setdefault(key, i)
        if earlier == i or (run and earlier not in range(expected, expected + 3)):
            close()
        if earlier != i:
            run.append(i)
            expected = earlier + 1
    close()
    return repeated


def _said_twice(text: str) -> int:
    """Where a line begins to say all of itself once more, or 0."""
    second = text.find(text[:_BEGINNING], _DOUBLED) if len(text) >= 2 * _DOUBLED else 0
    return second if second > 0 and text[:second].strip() == text[second:].strip() else 0


def clean(source: str) -> Cleaned:
    """The lines of a document, without what the page around it added. Empty lines are gone; order is kept."""
    raw = split_lines(source)
    rows = table_rows([line.text for line in raw])
    broken = [_mend_spaces(line, is_row=i in rows).strip() for i, line in enumerate(raw)]
    whole = unwrap(broken)
    if len(whole) < len(broken):
        rows = table_rows([line.text for line in whole])
        whole = [_mend_spaces(line, is_row=i in rows) for i, line in enumerate(whole)]  # what was joined may be prose
    lines = [line for line in whole if line.text]
    junk = {i for i, line in enumerate(lines) if is_junk(line.text)}
    twice = {i: second for i, line in enumerate(lines) if (second := _said_twice(line.text))}
    halves = sum(len(lines[i].text) - second for i, second in twice.items())
    lines = [line.cut(0, twice[i]).strip() if i in twice else line for i, line in enumerate(lines)]
    repeated = _repeated(lines) - junk
    kept = tuple(_cut_junk_end(line) for i, line in enumerate(lines) if i not in junk and i not in repeated)
    sizes = {
        "junk": sum(len(lines[i].text) for i in junk),
        "repeated": halves + sum(len(lines[i].text) for i in repeated),
    }
    skipped = tuple(Skipped(name, size) for name, size in sizes.items() if size)
    return Cleaned(kept, skipped, _site([lines[i].text for i in sorted(junk)]))
