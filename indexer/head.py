"""Where a document's head ends and its body begins, and the title, meta lines and 文号 that stand in the head."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexer.dates import WRITTEN_DATE, find_date
from indexer.lines import Line
from indexer.markers import Level, line_marker
from indexer.organs import is_organ
from search.text.normalise import letters
from search.text.numbers import DocumentNumber, find_document_numbers

_LABELS = {
    "title": "文件名称|文件标题|标\\s*题|名\\s*称|公文标题|信息名称",
    "number": "文件编号|发文字号|文\\s*号|发布文号|发文文号",
    "issuer": "发文机关|发文单位|发布机构|发布机关|发文机构|制发单位",
    "issued": "成文日期|成文时间|发文日期|发文时间|印发日期|签发日期|生成日期",
    "page_date": "发布日期|发布时间|公布日期|公开日期|时\\s*间|日\\s*期|更新时间|录入时间",
    "source": "信息来源|文章来源|稿件来源|来\\s*源|稿源|供稿",
    "index_number": "索\\s*引\\s*号",
    "subject": "主题分类|主\\s*题\\s*词|分\\s*类|体裁分类|服务对象分类",
    "other": "实施时间|实施日期|生效日期|废止日期|有\\s*效\\s*性|时\\s*效\\s*性|是否有效|公开方式|公开类别|公开形式|作\\s*者|责\\s*编|编\\s*辑|审核|点击数|浏览次数|有效期",
}
_LABEL_NAMES = {name: re.compile(pattern) for name, pattern in _LABELS.items()}
_LABEL = re.compile(r"(?<![\u4e00-\u9fff])(?:{})\s*[:：]".format("|".join(_LABELS.values())))
_GLUED_LABEL = re.compile(r"(?:{})\s*[:：]\s*(?=\S|$)".format("|".join([*_LABELS.values()])))
_TITLE_END = re.compile(
    r"(?:意见|通知|方案|办法|规定|条例|决定|决议|批复|公告|通告|通报|公报|命令|令|函|复函|规划|纲要|计划|要点|措施|细则|规则|准则|标准|目录|"
    r"法|法典|解释|答复|报告|指南|指引|规程|制度|议案|说明|解读|问答|意见书|清单|名单|若干政策|政策|章程|公约|规范|宣言|协定|讲话|纪要|年报|"
    r"(?:的)?若干问题)(?:[（(《〔][^）)》〕]{1,30}[）)》〕])*$"
)
_DATE_LINE = re.compile(rf"[（(]?\s*(?:\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}|{WRITTEN_DATE})[\s\d:：]*.{{0,24}}$")
_NOTE = re.compile(
    rf"[（(]?\s*(?:根据)?{WRITTEN_DATE}.*(?:通过|公布|发布|批准|修[正订改]|施行|实施|生效|废止|印发|颁布|核准|备案|第\d+号).*"
)
_ADDRESSEE = re.compile(r"[^。；;]{2,400}[：:]$")
_ADDRESSED = re.compile(r"政府|部门|单位|机构|委员会|[厅局委办院校行部]|公司|企业|军区|你[省市局部]|各")
_PROSE = re.compile(r"[。；]")
_HEAD_LIMIT = 60
"""A head is not longer than so many lines; what goes on longer is a document whose body we would miss."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the body. `body` is the index of the first line of the body, `cut` how many of its characters
    belong to the head (a 文号 or addressee on the same line)."""

    title: str
    body: int
    cut: int = 0
    meta: Mapping[str, str] = field(default_factory=dict)
    number: DocumentNumber | None = None
    addressee: str | None = None
    dates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """The 题注: lines that say who passed, promulgated or amended the document, and when."""


def _labelled(text: str) -> list[tuple[str, str]]:
    """The label–value pairs of a meta line, with what stands before the first label under the name `text`."""
    pattern = _GLUED_LABEL if len(_GLUED_LABEL.findall(text)) > 1 else _LABEL
    matches = list(pattern.finditer(text))
    if not matches:
        return []
    pairs = [("text", text[: matches[0].start()].strip())]
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        label = re.sub(r"[\s:：]", "", match[0])
        name = next(n for n, p in _LABEL_NAMES.items() if re.fullmatch(p.pattern.replace("\\s*", ""), label))
        pairs.append((name, text[match.end() : following.start() if following else None].strip()))
    return pairs


def _is_paragraph(text: str) -> bool:
    return (bool(_PROSE.search(text)) and len(text) >= 25) or len(text) > 120


_NOT_ADDRESSED = re.compile(r"如下|现将|根据|按照|经研究|《|^为|通过|要求|以下|包括|[:：].*[:：]")


def _is_addressee(text: str) -> bool:
    addressed = bool(_ADDRESSEE.fullmatch(text) and _ADDRESSED.search(text))
    return addressed and not _PROSE.search(text) and not _NOT_ADDRESSED.search(text)


def _number_line(text: str) -> DocumentNumber | None:
    """The 文号 of a line that holds little else (an issuer's name, a date, brackets)."""
    number = next(find_document_numbers(text), None)
    if number is None:
        return None
    rest = (text[: number.start] + text[number.end :]).strip(" 　()（）〔〕[]【】:：,，")
    return number if not rest or is_organ(rest) or _DATE_LINE.fullmatch(rest) else None


def _order_number(text: str, above: Sequence[str]) -> DocumentNumber | None:
    """第707号 below a line that ends in 令: together they are the 文号."""
    if above and above[-1].endswith("令") and re.fullmatch(r"[（(]?第?\s*\d{1,5}\s*号[）)]?", text):
        return next(find_document_numbers(above[-1] + text), None)
    return None


def _runs_on(text: str) -> bool:
    """Whether a line is an official title with 文号 and addressee run into it."""
    if not text.endswith(("：", ":")) or "关于" not in text:
        return False
    number = next(find_document_numbers(text), None)
    return number is not None and (number.start <= 1 or is_title(text[: number.start]))


def _starts_body(text: str) -> bool:
    marker = line_marker(text)
    if marker and marker.level not in (Level.ARABIC, Level.DASH):
        return True
    return _is_paragraph(text) or _is_addressee(text) or _runs_on(text)


@dataclass(slots=True)
class _Gathered:
    meta: dict[str, str] = field(default_factory=dict)
    blocks: list[list[str]] = field(default_factory=lambda: [[]])
    numbered: set[int] = field(default_factory=set)  # blocks that a 文号 follows
    number: DocumentNumber | None = None
    dates: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def end_block(self) -> None:
        if self.blocks[-1]:
            self.blocks.append([])

    def add_lead(self, text: str) -> None:
        """What stands before the first label of a meta line: a date, a title, or nothing of use."""
        if _DATE_LINE.fullmatch(text):
            self.dates.append(text)
        elif len(text) >= 4:
            self.blocks[-1].append(text)
            self.end_block()


def _fits(name: str, value: str) -> bool:
    """Whether the line below an empty label can be its value: labels are often left empty."""
    match name:
        case "page_date" | "issued":
            return find_date(value) is not None and len(value) < 30
        case "number":
            return next(find_document_numbers(value), None) is not None and len(value) < 40
        case "issuer":
            return is_organ(value)
        case "other":
            return len(value) <= 6 or (len(value) < 30 and find_date(value) is not None)
        case _:
            return not _labelled(value) and not _is_paragraph(value)


def _gather(lines: Sequence[Line]) -> tuple[_Gathered, int]:
    """Reads lines until the body begins; the second value is the index of its first line."""
    gathered, pending = _Gathered(), None
    for index, line in enumerate(lines[:_HEAD_LIMIT]):
        text = line.text
        pairs = _labelled(text)
        if pairs and not _is_paragraph(text):
            gathered.end_block()
            gathered.add_lead(pairs[0][1])
            for name, value in pairs[1:]:
                if value:
                    gathered.meta.setdefault(name, value)
            pending = pairs[-1][0] if not pairs[-1][1] else None
            continue
        value_due, pending = pending, None
        if value_due and _fits(value_due, text):
            gathered.meta.setdefault(value_due, text)
            continue
        number = _number_line(text) or _order_number(text, gathered.blocks[-1])
        if number:
            gathered.number = number
            gathered.numbered.add(sum(map(bool, gathered.blocks)) - 1)
            gathered.end_block()
        elif _NOTE.fullmatch(text) and line_marker(text) is None:
            gathered.notes.append(text)
            gathered.end_block()
        elif _DATE_LINE.fullmatch(text):
            gathered.dates.append(text)
            gathered.end_block()
        elif _starts_body(text):
            return gathered, index
        elif line_marker(text) is None:
            gathered.blocks[-1].append(text)
    # No line looked like a body: then all that stands behind the first line is one, so that nothing is lost.
    return gathered, min(1, len(lines) - 1)


def is_title(text: str) -> bool:
    """Whether a text ends as titles of documents do."""
    return 4 <= len(text) <= 120 and bool(_TITLE_END.search(text))


def join_title(parts: Sequence[str]) -> str:
    """A wrapped title as one line. Inside a part, organs stay parted by one space; between parts nothing is added."""
    return "".join(re.sub(r"[\s\u3000]+", " ", part.strip()) for part in parts)


def _title_score(candidate: str, seen: int) -> float:
    key = letters(candidate)
    score = 3.0 if _TITLE_END.search(candidate) else 0.0
    score += 1.0 if "关于" in candidate or "印发" in candidate else 0.0
    score += 1.5 if seen > 1 else 0.0
    score += 1.0 if 6 <= len(key) <= 120 else -3.0
    score -= 2.0 if "。" in candidate or "记者" in candidate else 0.0
    return score - (2.0 if candidate.startswith(("的", "和", "及", "、", "有关")) else 0.0)


def _choose_title(gathered: _Gathered) -> str:
    """The best run of head lines that together make a title: one that ends as titles do, that the page repeats, and
    that stands nearest to the 文号 and the body."""
    blocks = [block for block in gathered.blocks if block]
    parts = [part for block in blocks for part in ([*block, join_title(block)] if len(block) > 1 else block)]
    seen = Counter(letters(part) for part in [*parts, gathered.meta.get("title", "")])
    scored = [(4.5, gathered.meta.get("title", ""))]
    for nth, block in enumerate(blocks):
        before_number = 2.5 if nth in gathered.numbered else 0.0
        for start in range(len(block)):
            for end in range(start + 1, min(len(block), start + 6) + 1):
                candidate = join_title(block[start:end])
                near = (nth + 1) / len(blocks) + (before_number + 0.5 if end == len(block) else 0.0)
                score = _title_score(candidate, seen[letters(candidate)]) + near + 0.02 * (end - start)
                scored.append((score, candidate))
    return max((pair for pair in scored if pair[1]), default=(0.0, ""), key=lambda pair: pair[0])[1]


def _same_line_head(text: str) -> tuple[int, DocumentNumber | None, str | None]:
    """What of the body's first line still belongs to the head: 人社厅发〔2019〕71号为贯彻…, 冀政办字〔2023〕122号各市…："""
    cut, number, addressee = 0, None, None
    first = next(find_document_numbers(text[:160]), None)
    leads = first is not None and (first.start <= 1 or ("关于" in text and is_title(text[: first.start])))
    if first and leads and not text[first.end : first.end + 1].startswith(("）", ")", "文", "精神", "）》")):
        number, cut = first, first.end
        while cut < len(text) and text[cut] in " 　)）】]:：":
            cut += 1
    match = re.match(r"([^。；：:]{2,400}[：:])", text[cut:])
    if match and (number or len(text) > cut + len(match[1])):
        # the official title may have run into it: …厅关于印发某方案的通知各市人民政府：
        title = re.match(r".*?关于.*(?:通知|意见|方案|办法|函|决定|公告|通报)(?=各|有关|省|市|县|局|机关|你)", match[1])
        rest = match[1][title.end() :] if title else match[1]
        if _is_addressee(rest) and re.search(r"各|你|有关", rest):
            addressee = rest
            cut += len(match[1])
    return cut, number, addressee


def read_head(lines: Sequence[Line], fallback_title: str) -> Head:
    """The head of a document. `fallback_title` serves where no line looks like a title."""
    gathered, body = _gather(lines)
    title = _choose_title(gathered)
    addressee, cut, number = None, 0, gathered.number
    if body < len(lines):
        text = lines[body].text
        if _is_addressee(text) and line_marker(text) is None:
            number_here, text_number = 0, next(find_document_numbers(text[:40]), None)
            if text_number and text_number.start <= 1:
                number, number_here = number or text_number, text_number.end
            addressee, body = text[number_here:].strip(" 　"), body + 1
        else:
            cut, inline_number, addressee = _same_line_head(text)
            number = number or inline_number
    if not number and gathered.meta.get("number"):
        number = next(find_document_numbers(gathered.meta["number"]), None)
    return Head(
        title or fallback_title,
        body,
        cut,
        gathered.meta,
        number,
        addressee,
        tuple(gathered.dates),
        tuple(gathered.notes),
    )


def page_date_of(head: Head) -> str | None:
    """The text that names the day on which the page was put up, if any."""
    stated = head.meta.get("page_date")
    if stated and find_date(stated):
        return stated
    return next((text for text in head.dates if not re.search("通过|公布|批准|修[正订]|施行|发布", text)), None)
