"""Where a document's head ends and its body begins, and the title, meta lines and 文号 that stand in the head."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexer.contents import begins_flat
from indexer.dates import WRITTEN_DATE, find_date
from indexer.lines import Line
from indexer.markers import Level, line_marker
from indexer.organs import is_organ, leading_organs
from indexer.titles import (
    choose_title,
    complete_title,
    fuller_title,
    is_title,
    run_on_title,
    title_of_order,
    titled_by_organs,
    wrapped_run_on,
)
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
_DATE_LINE = re.compile(rf"[（(]?\s*(?:\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}|{WRITTEN_DATE})[\s\d:：]*.{{0,24}}$")
_NOTE = re.compile(
    rf"(?:[（(][^，。]{{0,30}}?)?[（(]?\s*(?:根据)?{WRITTEN_DATE}(?![，,前起以]).*(?:通过|公布|发布|批准|修[正订改]|施行|实施|生效|废止|印发|颁布|核准|备案|第\d+号).*"
)
_TITLE_LABEL = re.compile(r"^(?:点击下载|附件下载|附件|下载)\s*[:：]\s*")
_ADDRESSEE = re.compile(r"[^。；;]{2,400}[：:]$")
_ADDRESSED = re.compile(r"政府|部门|单位|机构|委员会|[厅局委办院校行部]|公司|企业|军区|你[省市局部]|各")
_ADDRESSED_TEXT = re.compile(r"[^。；：:]{2,400}[：:]")
_PROSE = re.compile(r"[。；]")
_LEADS_IN = re.compile(r"[，,].*(?:如下|说明|公示|公告|通知)[:：]$")
_LEADS_IN = re.compile(r"(?:为|根据|按照|依据|经).{20,}[，,].*(?:如下|以下).{0,12}[：:]")
"""为贯彻落实…，现提出如下意见："""
_NUMBER_LINE = 200
"""A line of more characters holds other things than a 文号."""
_NOTE_LENGTH = 900
"""No 题注 is longer: a law amended a dozen times."""
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
    return (bool(_PROSE.search(text)) and len(text) >= 25) or len(text) > 120 or bool(_LEADS_IN.fullmatch(text))


_NOT_ADDRESSED = re.compile(r"如下|现将|根据|按照|经研究|《|^为|通过|要求|以下|包括|[:：].*[:：]")


def _is_addressee(text: str) -> bool:
    addressed = bool(_ADDRESSEE.fullmatch(text) and _ADDRESSED.search(text))
    return addressed and not _PROSE.search(text) and not _NOT_ADDRESSED.search(text)


def _number_line(text: str, above: Sequence[str]) -> DocumentNumber | None:
    """The 文号 of a line that holds little else (an issuer's name, a date, brackets, the title that stands `above`)."""
    number = next(find_document_numbers(text), None) if len(text) <= _NUMBER_LINE else None
    if number is None:
        return None
    rest = (text[: number.start] + text[number.end :]).strip(" 　()（）〔〕[]【】:：,，")
    return number if not rest or rest in above or is_organ(rest) or _DATE_LINE.fullmatch(rest) else None


def _is_note(text: str) -> bool:
    """Whether a line is a 题注, and not a sentence that begins with a date."""
    return (
        len(text) <= _NOTE_LENGTH
        and bool(_NOTE.fullmatch(text))
        and not _PROSE.search(text.rstrip("。）)"))
        and line_marker(text) is None
    )


def _order_number(text: str, above: Sequence[str]) -> DocumentNumber | None:
    """第707号 below a line that ends in 令: together they are the 文号."""
    if above and above[-1].endswith("令") and re.fullmatch(r"[（(]?第?\s*\d{1,5}\s*号[）)]?", text):
        return next(find_document_numbers(above[-1] + text), None)
    return None


def _runs_on(text: str) -> bool:
    """Whether a line is an official title with 文号 and addressee run into it."""
    if not text.endswith(("：", ":")) or "关于" not in text or len(text) > _NOTE_LENGTH:
        return False
    number = next(find_document_numbers(text), None)
    if number is not None and (number.start <= 1 or is_title(text[: number.start])):
        return True
    return run_on_title(text) is not None


def _starts_body(text: str) -> bool:
    marker = line_marker(text)
    if (marker and marker.level not in (Level.ARABIC, Level.DASH)) or begins_flat(text):
        return True
    return _is_paragraph(text) or _is_addressee(text) or _runs_on(text) or bool(_LEADS_IN.search(text))


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
        number = _number_line(text, gathered.blocks[-1]) or _order_number(text, gathered.blocks[-1])
        if number:
            if _is_note(text):
                gathered.notes.append(text)
            gathered.number = number
            gathered.numbered.add(sum(map(bool, gathered.blocks)) - 1)
            gathered.end_block()
        elif _is_note(text):
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


@dataclass(frozen=True, slots=True)
class _SameLine:
    """What of the body's first line still belongs to the head."""

    cut: int = 0
    number: DocumentNumber | None = None
    title: str | None = None
    addressee: str | None = None
    note: str | None = None


def _note_ahead(text: str, title: str) -> tuple[int, str | None]:
    """A 题注 in brackets that the text runs on from, the title once more before it or not: how long, and the note."""
    start = len(title) if title and text.startswith(title) else 0
    match = re.match(r"[（(][^（）()]{8,}[）)]", text[start : start + _NOTE_LENGTH])
    return (start + match.end(), match[0]) if match and _is_note(match[0]) else (0, None)


def _same_line_head(text: str, page_title: str) -> _SameLine:
    """人社厅发〔2019〕71号为贯彻…, 冀政办字〔2023〕122号各市…：, 冀科平规〔2019〕2号…厅关于印发…的通知各市…："""
    cut, note = _note_ahead(text, page_title)
    if note:
        return _SameLine(cut, note=note)
    number, addressee = None, None
    first = next(find_document_numbers(text[:160]), None)
    leads = first is not None and (first.start <= 1 or ("关于" in text and is_title(text[: first.start])))
    if first and leads and not text[first.end : first.end + 1].startswith(("）", ")", "文", "精神", "）》")):
        number, cut = first, first.end
        while cut < len(text) and text[cut] in " 　)）】]:：":
            cut += 1
    printed = titled_by_organs(text[cut:], page_title)
    if printed:
        cut += len(printed)
        behind = _ADDRESSED_TEXT.match(text[cut:])
        addressee = behind[0] if behind and _is_addressee(behind[0]) else None
        return _SameLine(cut + len(addressee or ""), number, printed, addressee)
    match = _ADDRESSED_TEXT.match(text[cut:])
    title = run_on_title(match[0]) if match else None
    if match and (number or title or len(text) > cut + len(match[0])):
        rest = match[0].removeprefix(title or "")
        if _is_addressee(rest) and re.search(r"各|你|有关|：", rest):
            addressee = rest
            cut += len(match[0])
    return _SameLine(cut, number, title if addressee else None, addressee)


def _plain_title(title: str) -> tuple[str, str | None]:
    """A title without what a page puts before it (点击下载：) and without the 题注 in brackets behind it, and that."""
    title = _TITLE_LABEL.sub("", title)
    match = re.fullmatch(r"([^（(]{4,120})([（(][^（）()]{8,}[）)])", title)
    return (match[1], match[2]) if match and _is_note(match[2]) else (title, None)


def read_head(lines: Sequence[Line], fallback_title: str) -> Head:
    """The head of a document. `fallback_title` serves where no line looks like a title."""
    gathered, body = _gather(lines)
    title = choose_title([b for b in gathered.blocks if b], gathered.numbered, gathered.meta.get("title", ""))
    title, note = _plain_title(title)
    gathered.notes += [note] if note else []
    addressee, cut, number = None, 0, gathered.number
    if body < len(lines):
        text = lines[body].text
        own = run_on_title(text)
        wrapped = None
        if not (own and leading_organs(own)):  # a line that holds a full title is not the end of one
            wrapped = wrapped_run_on(next((b for b in reversed(gathered.blocks) if b), []), text)
        if wrapped:
            (title, addressee), body = wrapped, body + 1
        elif _is_addressee(text) and line_marker(text) is None and not own:
            number_here, text_number = 0, next(find_document_numbers(text[:40]), None)
            if text_number and text_number.start <= 1:
                number, number_here = number or text_number, text_number.end
            addressee, body = text[number_here:].strip(" 　"), body + 1
        else:
            same = _same_line_head(text, title)
            gathered.notes += [same.note] if same.note else []
            number, cut, addressee = number or same.number, same.cut, same.addressee
            title = fuller_title(title, same.title)
    if not number and gathered.meta.get("number"):
        number = next(find_document_numbers(gathered.meta["number"]), None)
    ordered = title_of_order(title)
    if ordered:
        number, title = number or next(find_document_numbers(title), None), ordered
    title = complete_title(title, [line.text[:2000] for line in lines[body : body + 8]])
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
