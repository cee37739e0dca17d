"""文号 (document numbers): 国发〔2016〕62号 in every bracket, width and spacing, 国务院令第364号 and 财政部公告2020年第5号."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.text.normalise import Folded, fold, fold_with_origin
from search.text.numerals import NUMERAL, to_int

# Written on folded text: all brackets but round and curly ones are [ ], full width is half width already. White space is
# taken possessively (*+): with several gaps side by side, a thousand blanks would else be shared out in every way there is.
_HAN = r"[\u4e00-\u9fff]"
_SERIAL = rf"(?P<serial>\d{{1,5}}|[{NUMERAL}]{{1,6}})"
_YEAR = rf"(?P<year>\d{{4}}|[{NUMERAL}]{{4}}|\d{{2}})"
_ORGAN_END = r"[部委局署院会办行厅府省市席]"
_BRACKETED = re.compile(
    rf"(?P<agency>{_HAN}{{1,24}})\s*+[\[({{<]{{1,2}}\s*+{_YEAR}\s*+(?:年\s*+)?[\])}}>]\s*+(?:第\s*+)?{_SERIAL}\s*+号"
)
_UNBRACKETED = re.compile(
    rf"(?P<agency>{_HAN}{{0,9}}[发字函规办])\s*+(?!\d{{4}}\s*+年\s*+\d{{1,2}}\s*+月)(?P<year>\d{{4}})(?:\s*+[年-]\s*+|\s++)(?:第\s*+)?"
    r"(?P<serial>\d{1,4})(?:\s*+号)?(?!\d)"
)
# Typed by hand, the 号 is often left out: 国发[2016]62.
_SHORT = re.compile(
    rf"(?P<agency>{_HAN}{{0,9}}[发字函规办])\s*+[\[({{<]\s*+(?P<year>\d{{4}})\s*+[\])}}>]\s*+(?:第\s*+)?(?P<serial>\d{{1,4}})"
    r"(?![\d号年月日.])"
)
# 国家发展改革委令2020年第31号, 财政部公告2020年第5号; the same with the kind at the end: 海关总署2019年第221号公告.
_YEARLY = re.compile(
    rf"(?P<agency>{_HAN}{{1,39}}(?:令|{_ORGAN_END}(?:公告|通告)))\s*+(?:[\[(]\s*+)?(?P<year>\d{{4}})\s*+(?:年\s*+)?第\s*+{_SERIAL}\s*+号"
)
_YEARLY_LAST = re.compile(
    rf"(?P<agency>{_HAN}{{1,22}}{_ORGAN_END})\s*+(?:[\[(]\s*+)?(?P<year>\d{{4}})\s*+(?:年\s*+)?(?:[\])]\s*+)?第\s*+{_SERIAL}\s*+号\s*+"
    r"(?P<kind>令|公告|通告)"
)
_ORDER = re.compile(rf"(?P<agency>{_HAN}{{1,39}}(?:令|{_ORGAN_END}公告))\s*+(?:[\[(]\s*+)?(?:第\s*+)?{_SERIAL}\s*+号")
_ORDER_LAST = re.compile(rf"(?P<agency>{_HAN}{{1,23}}{_ORGAN_END})\s*+第\s*+{_SERIAL}\s*+号\s*+(?P<kind>令)")
_PATTERNS = (_BRACKETED, _UNBRACKETED, _SHORT, _YEARLY, _YEARLY_LAST, _ORDER, _ORDER_LAST)
# What runs into the agency's code from the sentence before it: 根据国发〔2016〕62号.
_LEAD_IN = re.compile(
    r"^.*(?:根据|按照?|依据|依照|贯彻|落实|执行|转发|印发|通知|办法|方案|规定|意见|条例|细则|规则|决定|参照|详见|参见|同意|废止|作出|颁布|发布|公布|现将"
    r"|(?<![太中])原|见|以|和|及|与|或|由|的|对|在|为|等|号|关于|属于|了|是指?|仍|其|被|我[院局厅部委省市会])(?=[\u4e00-\u9fff])"
)
# Names that hold such a word: 人力资源和社会保障部, 对外贸易经济合作部, 呼和浩特市.
_WHOLE_NAME = re.compile(
    r"对外(?:贸易|经济|文化|汉语)|共和国|(?:呼和浩|和田|和静|和硕|和政|和顺|和龙|和平|[政永平泰兴仁]和(?=[县区]))"
    r"|(?:资源|住房|工业|文化|发展|卫生|粮食|林业|劳动|规划|经济|教育|体育|民族|市场|水利|园林|科技|商务|管理|建设|旅游|环境|农业|统计|法制)"
    r"和(?=社会|城乡|信息|旅游|改革|计划|物资|草原|自然|规划|农村|体育|宗教|质量|技术|科技|综合|建设|健康|湖泊|水务|交通|数据|监督|绿化)"
)
_DATE_REST = re.compile(rf"^[{NUMERAL}]*[年月日](?:[{NUMERAL}]+[年月日])*")
_STATE = "中华人民共和国"
_JOINT = re.compile(rf"(?P<agency>{_HAN}{{1,17}}{_ORGAN_END})[\s、,]$")
_NO_AGENCY = re.compile(r"[我本该此]|(?:令|公告|通告)$")
_ALONE = re.compile(r"国令|国务院令|主席令")
# The organ's name before its code: 国家科委国科发政字, 市人民政府京政发.
_NAMED = re.compile(
    rf"^.*(?:[部委局厅署会]|政府)(?=(?:国(?![际家内外])|[京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川黔滇陕甘青蒙桂藏宁新]){_HAN}{{1,7}}$)"
)
_LONGEST_JOINT = 20
_SIGNATORIES = 8
"""No more organs are looked for before the one that an order is named by."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A 文号 found in a text: its canonical form and [start, end) in the text it was found in."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The form by which 文号 are compared."""
        return document_number_key(self.text)


def document_number_key(number: str) -> str:
    """国发〔2016〕62号, 国发[2016]62号, 国发（2016） 62 号 → 国发[2016]62号; 财政部令2020年第5号 → 财政部令[2020]5号;
    what is no 文号 is folded only."""
    found = next(find_document_numbers(number), None)
    key = fold(found.text if found else number).replace(" ", "")
    return re.sub(r"(\d{4})年第(\d+)号$", r"[\1]\2号", key) if found else key


def _trimmed(prefix: str, before: str) -> int:
    """How many characters of what stands before a number are not the agency's: 日国务院令, 根据国发."""
    rest = _DATE_REST.match(prefix) if before.isdigit() or prefix[0] in NUMERAL else None
    start = rest.end() if rest and rest.end() < len(prefix) else 0
    whole = _WHOLE_NAME.sub(lambda name: "某" * len(name[0]), prefix)
    for pattern, text in ((_LEAD_IN, whole), (_NAMED, prefix)):
        match = pattern.match(text[start:])
        start += match.end() if match else 0
    return start


def _stateless(agency: str) -> str:
    """中华人民共和国国务院令 → 国务院令; of …社会保障部中华人民共和国财政部令 both organs stay."""
    before, state, name = agency.rpartition(_STATE)
    if not state or not name:
        return agency
    before = before.replace(_STATE, "")
    return before + name if re.search(f"{_ORGAN_END}$", before) else name


def _joint_agencies(text: str, start: int) -> tuple[str, int]:
    """The organs that sign a numbered order together with the one at `start`, and where they begin:
    国务院、中央军委令第371号."""
    names = ""
    for _ in range(_SIGNATORIES):
        match = _JOINT.search(text[max(0, start - _LONGEST_JOINT) : start])
        if match is None:
            break
        begin = start - len(match[0])
        lead_in = _trimmed(match["agency"], text[begin - 1 : begin])
        names, start = _stateless(match["agency"][lead_in:]) + names, begin + lead_in
        if lead_in:
            break
    return names, start


def _read(folded: Folded, match: re.Match[str]) -> DocumentNumber | None:
    """The 文号 of a match, in canonical form; None where no agency is named (本公告第3号)."""
    parts = match.groupdict()
    prefix, serial = match["agency"], to_int(match["serial"])
    lead_in = _trimmed(prefix, folded.text[match.start() - 1 : match.start()] if match.start() else "")
    agency = _stateless(prefix[lead_in:]) + parts.get("kind", "")
    start = match.start() + lead_in
    if _NO_AGENCY.match(agency):
        return None
    if match.re in (_BRACKETED, _UNBRACKETED, _SHORT):
        year = match["year"]
        text = f"{agency}〔{year if year.isdecimal() else to_int(year)}〕{serial}号"
    else:
        if lead_in == 0 and not _ALONE.fullmatch(agency):
            joint, start = _joint_agencies(folded.text, start)
            agency = joint + agency
        agency = "国务院令" if agency == "国令" else agency
        text = f"{agency}{parts['year']}年第{serial}号" if "year" in parts else f"{agency}第{serial}号"
    return DocumentNumber(text, *folded.span(start, match.end()))


def find_document_numbers(text: str) -> Iterator[DocumentNumber]:
    """Every 文号 in a text, in order."""
    folded = fold_with_origin(text)
    taken: list[tuple[int, int]] = []
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded.text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            number = _read(folded, match)
            if number:
                taken.append(match.span())
                found.append(number)
    return iter(sorted(found, key=lambda n: n.start))
