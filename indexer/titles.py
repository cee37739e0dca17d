"""Titles of documents: what looks like one, which of a head's lines together are one, and the full title that a page runs
into the 文号 and the 主送机关."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from indexer.organs import leading_organs, split_organs
from search.text.normalise import fold_with_origin, letters

_TITLE_END = re.compile(
    r"(?:意见|通知|方案|办法|规定|条例|决定|决议|批复|公告|通告|通报|公报|命令|令|函|复函|规划|纲要|计划|要点|措施|细则|规则|准则|标准|目录|"
    r"法|法典|解释|答复|报告|指南|指引|规程|制度|议案|说明|解读|问答|意见书|清单|名单|若干政策|政策|章程|公约|规范|宣言|协定|讲话|纪要|年报|"
    r"修正案|预案|统计表|一览表|情况表|(?:的)?若干问题)(?:[（(《〔][^）)》〕]{1,30}[）)》〕])*$"
)
_ALIKE = 0.7
"""Share of a title's pairs of characters that another wording of it keeps."""
_SAYS_ENOUGH = 8
"""Letters that tell one title from another."""
_PARTS = 6
"""A wrapped title has no more lines."""
_ABRIDGED = re.compile(r"(?:[省市][\u4e00-\u9fff]{2,9}?[厅局委办]){1,8}(?:关于|转发|印发)")
"""省科技厅省财政厅转发…: the province's organs as they call themselves."""
# A full title with the 主送机关 run on to it: 河北省科学技术厅关于印发《…》的通知各市科技局，…：
_RUN_ON = re.compile(
    r"(.*?(?:关于|印发|转发|批转|公布|发布).*(?:通知|意见|方案|办法|复函|函|决定|公告|通报|批复))"
    r"(?=各|有关|省|市|县|局|机关|你|厅|国务院|[\u4e00-\u9fff]{2,6}[省市县])"
)
_RUN_ON_LENGTH = 400
_ORDER = re.compile(
    r"[\u4e00-\u9fff]{2,24}令[（(\[〔]?(?:\d{4}年?)?[）)\]〕]?第?\s*\d{1,4}\s*号[\s：:]*(?:《(?P<named>.{4,120})》|(?P<plain>\S.{3,120}))"
)
_ABOUT_ANOTHER = re.compile(r"》.{0,12}(?:解读|问答|答记者问)(?:\.{2,}|…+)?$")
_SAID = re.compile(r"(通知|通报|公告|通告|函复|公示)如下")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
"""What the fonts of some editors draw as a space or a bullet."""
_CUT_OFF = re.compile(r"(?<![\s.…·])[\s.…·]*(?:\.\.|…)$")


def is_title(text: str) -> bool:
    """Whether a text ends as titles of documents do."""
    return 4 <= len(text) <= 120 and bool(_TITLE_END.search(text))


def ends_as_title(text: str) -> bool:
    """The same of a text of any length: 刑法, 宪法."""
    return bool(_TITLE_END.search(text[-120:]))


def join_title(parts: Sequence[str]) -> str:
    """A wrapped title as one line. Inside a part, organs stay parted by one space; between parts nothing is added."""
    return "".join(re.sub(r"[\s\u3000]+", " ", _PRIVATE.sub("", part).strip()) for part in parts)


def _score(candidate: str, seen: int) -> float:
    key = letters(candidate)
    score = 3.0 if _TITLE_END.search(candidate) else 0.0
    score += 1.0 if "关于" in candidate or "印发" in candidate else 0.0
    score += 1.5 if seen > 1 else 0.0
    score += 1.0 if 6 <= len(key) <= 120 else -3.0
    score -= 2.0 if "。" in candidate or "记者" in candidate else 0.0
    score -= 3.0 if "现将" in candidate or candidate.endswith(("：", ":")) else 0.0
    return score - (2.0 if candidate.startswith(("的", "和", "及", "、", "有关")) else 0.0)


def _two_titles(parts: Sequence[str]) -> bool:
    """Whether a page's short or cut title and the document's full one stand here below one another."""
    return any(_CUT_OFF.search(part) for part in parts[:-1]) or any(
        _restates(join_title(parts[:i]), join_title(parts[i:])) for i in range(1, len(parts))
    )


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
                near += 2.0 if nth == start == 0 and _ABOUT_ANOTHER.search(candidate) else 0.0
                near -= 4.0 if _two_titles(block[start:end]) else 0.0
                scored.append((_score(candidate, seen[letters(candidate)]) + near + 0.02 * (end - start), candidate))
    return max((pair for pair in scored if pair[1]), default=(0.0, ""), key=lambda pair: pair[0])[1]


def run_on_title(text: str) -> str | None:
    """The full title at the beginning of a line in which the 主送机关 follows it; the 文号 is cut off before."""
    addressed = re.match(r"[^。；：:]{6,400}[：:]", text[:_RUN_ON_LENGTH])
    match = _RUN_ON.match(addressed[0]) if addressed else None
    if match is None or not is_title(match[1][-118:]):
        return None
    own = leading_organs(match[1]) or match[1].startswith("关于") or _ABRIDGED.match(match[1])
    return match[1] if own else None


def wrapped_run_on(block: Sequence[str], text: str) -> tuple[str, str] | None:
    """The full title whose last line is the one that the 主送机关 runs on from, and the 主送机关:
    河北省科学技术厅 / 关于印发《…建设与 / 运行管理办法》的通知各市科技局："""
    if "的" not in text or len(text) > _RUN_ON_LENGTH:
        return None
    for first in range(max(0, len(block) - _PARTS), len(block)):
        joined = join_title([*block[first:], text])
        title = run_on_title(joined)
        ended = is_title(block[-1]) and not text.startswith(("的", "》"))
        if title and len(joined) - len(title) < len(text) and not ended:
            return title, joined.removeprefix(title)
    return None


def fuller_title(title: str, printed: str | None) -> str:
    """The printed title where it is the page's title and more (the page names only what is issued with the notice)."""
    if printed is None:
        return title
    return printed if _core(title) in letters(printed) or _is_of(printed, title) else title


def _is_of(printed: str, title: str) -> bool:
    """Whether a title that names its organs says what the page's title says, a few words aside (征集…项目, 项目征集)."""
    own, other = letters(title), letters(printed)
    pairs = {own[i : i + 2] for i in range(len(own) - 1)}
    shared = sum(pair in other for pair in pairs)
    return bool(leading_organs(printed)) and shared >= _ALIKE * len(pairs) > 0


def titled_by_organs(text: str, title: str) -> str | None:
    """The organs and the page's title behind them, where a text begins with both: 中共河北省委办公厅关于…的若干意见为…"""
    at = text[:_RUN_ON_LENGTH].find(title) if len(title) >= _SAYS_ENOUGH else -1
    return text[: at + len(title)] if at > 0 and split_organs(text[:at]) else None


def _core(title: str) -> str:
    """A title's letters without the year or the remark that a page leaves out or adds: …导向目录（2021年）."""
    return letters(re.sub(r"[（(][^（）()]*[）)]$", "", _CUT_OFF.sub("", title)))


def complete_title(title: str, following: Sequence[str]) -> str:
    """A title that the page cut off (《关于…的指导意...) as the text below it gives it in full, else unchanged.

    The text may print it as a whole, or name in 《》 what it issues or forwards."""
    base = _CUT_OFF.sub("", title)
    if base == title:
        return title
    for tail in _tails(base):
        rest = next((rest for text in following if (rest := _rest_of(text, tail)) is not None), None)
        if rest is not None:
            return base + rest + ("》" if (base + rest).count("《") > (base + rest).count("》") else "")
    said = _SAID.search("".join(following)) if base.endswith("的") else None
    return base + said[1] if said else title


def _tails(base: str) -> list[str]:
    """The parts of a cut title by which its end can be found, the longest first: all of it, then what stands behind
    the last 《 that is still open, the issuer or the first 关于. Each says enough to be no other title."""
    begins = [0, base.rfind("《") + 1 if base.rfind("《") > base.rfind("》") else 0, base.find("关于")]
    organs = re.match(r".{0,160}?(?=关于|印发|转发|公布|《)", base)
    topic = base[organs.end() :] if organs else ""
    tails = [base[begin:] for begin in begins if begin >= 0] if len(letters(topic)) >= _SAYS_ENOUGH else []
    return [tail for tail in dict.fromkeys(tails) if len(letters(tail)) > _SAYS_ENOUGH]


def _rest_of(text: str, tail: str) -> str | None:
    """What follows in a text on the end of a cut title, up to where the title ends."""
    folded = fold_with_origin(text)
    solid = [i for i, c in enumerate(folded.text) if c.isalnum()]
    at = "".join(folded.text[i] for i in solid).find(letters(tail))
    if at < 0:
        return None
    begin, end = folded.origin[solid[at]], folded.origin[solid[at + len(letters(tail)) - 1]] + 1
    printed = re.split(r"\w", tail)[-1]  # the brackets behind the last letter
    if "》" in printed:
        return None
    following = text[end : end + 120].removeprefix(printed)
    quoted = text.rfind("《", 0, end) > text.rfind("》", 0, end)
    closing = re.match(r"[^。》]*(?=》)" if quoted else r"[^。；，：:》]*", following)
    if closing is None:
        return None
    rest = re.sub(r"\s", "", closing[0])
    if quoted or ends_as_title(rest):
        return rest
    full = run_on_title(text[begin : end + 200])
    return re.sub(r"\s", "", full[end - begin :]) if full and len(full) > end - begin else None


def title_of_order(title: str) -> str | None:
    """What an order in the title line promulgates: 科学技术部令第14号《…的决定》."""
    match = _ORDER.fullmatch(title)
    if match is None:
        return None
    plain: str | None = match["plain"]
    return plain if plain and ends_as_title(plain) else match["named"]
