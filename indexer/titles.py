"""Titles of documents: what looks like one, which of a head's lines together are one, and the full title that a page runs
into the 文号 and the 主送机关."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from indexer.organs import leading_organs
from search.text.normalise import letters

_TITLE_END = re.compile(
    r"(?:意见|通知|方案|办法|规定|条例|决定|决议|批复|公告|通告|通报|公报|命令|令|函|复函|规划|纲要|计划|要点|措施|细则|规则|准则|标准|目录|"
    r"法|法典|解释|答复|报告|指南|指引|规程|制度|议案|说明|解读|问答|意见书|清单|名单|若干政策|政策|章程|公约|规范|宣言|协定|讲话|纪要|年报|"
    r"修正案|统计表|一览表|情况表|(?:的)?若干问题)(?:[（(《〔][^）)》〕]{1,30}[）)》〕])*$"
)
_PARTS = 6
"""A wrapped title has no more lines."""
# A full title with the 主送机关 run on to it: 河北省科学技术厅关于印发《…》的通知各市科技局，…：
_RUN_ON = re.compile(
    r"(.*?(?:关于|印发|转发|批转|公布|发布).*(?:通知|意见|方案|办法|复函|函|决定|公告|通报|批复))"
    r"(?=各|有关|省|市|县|局|机关|你|厅|国务院|[\u4e00-\u9fff]{2,6}[省市县])"
)
_RUN_ON_LENGTH = 400
_ORDER = re.compile(r"[\u4e00-\u9fff]{2,24}令[（(\[〔]?\d{0,4}[）)\]〕]?第?\s*\d{1,4}\s*号\s*《(.{4,120})》")
_CUT_OFF = re.compile(r"[\s.…·]*(?:\.{2,}|…+)$")


def is_title(text: str) -> bool:
    """Whether a text ends as titles of documents do."""
    return 4 <= len(text) <= 120 and bool(_TITLE_END.search(text))


def ends_as_title(text: str) -> bool:
    """The same of a text of any length: 刑法, 宪法."""
    return bool(_TITLE_END.search(text[-120:]))


def join_title(parts: Sequence[str]) -> str:
    """A wrapped title as one line. Inside a part, organs stay parted by one space; between parts nothing is added."""
    return "".join(re.sub(r"[\s\u3000]+", " ", part.strip()) for part in parts)


def _score(candidate: str, seen: int) -> float:
    key = letters(candidate)
    score = 3.0 if _TITLE_END.search(candidate) else 0.0
    score += 1.0 if "关于" in candidate or "印发" in candidate else 0.0
    score += 1.5 if seen > 1 else 0.0
    score += 1.0 if 6 <= len(key) <= 120 else -3.0
    score -= 2.0 if "。" in candidate or "记者" in candidate else 0.0
    return score - (2.0 if candidate.startswith(("的", "和", "及", "、", "有关")) else 0.0)


def _two_titles(parts: Sequence[str]) -> bool:
    """Whether a page's short title and the document's full one stand here below one another."""
    return any(_restates(join_title(parts[:i]), join_title(parts[i:])) for i in range(1, len(parts)))


def _restates(title: str, following: str) -> bool:
    key = letters(title)
    return (len(key) >= 8 and key in letters(following)) or (is_title(title) and bool(leading_organs(following)))


def choose_title(blocks: Sequence[Sequence[str]], numbered: Collection[int], stated: str) -> str:
    """The best run of head lines that together make a title: one that ends as titles do, that the page repeats, and
    that stands nearest to the 文号 (below the blocks `numbered`) and the body. `stated` is what a label names."""
    parts = [part for block in blocks for part in ([*block, join_title(block)] if len(block) > 1 else block)]
    seen = Counter(letters(part) for part in [*parts, stated])
    scored = [(4.5, stated)]
    for nth, block in enumerate(blocks):
        before_number = 2.5 if nth in numbered else 0.0
        for start in range(len(block)):
            for end in range(start + 1, min(len(block), start + _PARTS) + 1):
                candidate = join_title(block[start:end])
                near = (nth + 1) / len(blocks) + (before_number + 0.5 if end == len(block) else 0.0)
                near -= 4.0 if _two_titles(block[start:end]) else 0.0
                scored.append((_score(candidate, seen[letters(candidate)]) + near + 0.02 * (end - start), candidate))
    return max((pair for pair in scored if pair[1]), default=(0.0, ""), key=lambda pair: pair[0])[1]


def run_on_title(text: str) -> str | None:
    """The full title at the beginning of a line in which the 主送机关 follows it; the 文号 is cut off before."""
    addressed = re.match(r"[^。；：:]{6,400}[：:]", text[:_RUN_ON_LENGTH])
    match = _RUN_ON.match(addressed[0]) if addressed else None
    if match is None or not is_title(match[1][-118:]):
        return None
    return match[1] if leading_organs(match[1]) or match[1].startswith("关于") else None


def wrapped_run_on(block: Sequence[str], text: str) -> tuple[str, str] | None:
    """The full title whose last line is the one that the 主送机关 runs on from, and the 主送机关:
    河北省科学技术厅 / 关于印发《…建设与 / 运行管理办法》的通知各市科技局："""
    if "的" not in text or len(text) > _RUN_ON_LENGTH:
        return None
    for first in range(max(0, len(block) - _PARTS), len(block)):
        joined = join_title([*block[first:], text])
        title = run_on_title(joined)
        if title and len(joined) - len(title) < len(text) and not is_title(block[-1]):
            return title, joined.removeprefix(title)
    return None


def fuller_title(title: str, printed: str | None) -> str:
    """The printed title where it is the page's title and more (the page names only what is issued with the notice)."""
    return printed if printed and _core(title) in letters(printed) else title


def _core(title: str) -> str:
    """A title's letters without the year or the remark that a page leaves out or adds: …导向目录（2021年）."""
    return letters(re.sub(r"[（(][^（）()]*[）)]$", "", _CUT_OFF.sub("", title)))


def complete_title(title: str, following: Sequence[str]) -> str:
    """A title that the page cut off (《关于…的指导意...) as the text below it gives it in full, else unchanged."""
    base = _CUT_OFF.sub("", title)
    if base == title or len(base) < 8:
        return title
    wanted = re.sub(r"\s", "", base)
    for text in (re.sub(r"\s", "", text) for text in following):
        at = text.find(wanted)
        rest = text[at + len(wanted) : at + len(wanted) + 120] if at >= 0 else ""
        closing = re.match(r"[^。》]*》" if base.count("《") > base.count("》") else r"[^。，：:]*", rest)
        if at >= 0 and closing:
            return base + closing[0]
    return title


def title_of_order(title: str) -> str | None:
    """What an order in the title line promulgates: 科学技术部令第14号《…的决定》."""
    match = _ORDER.fullmatch(title)
    return match[1] if match else None
