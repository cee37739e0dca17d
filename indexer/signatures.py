"""落款: the organs, the officer and the date under a text, on lines of their own or run into the text's last line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from indexer.dates import WRITTEN_DATE
from indexer.organs import named_organs, split_organs, trailing_organs
from indexer.titles import is_title

_DATE = re.compile(rf"[（(]?\s*{WRITTEN_DATE}\s*[）)]?(?:印发|发布)?")
_ANY_DATE = re.compile(WRITTEN_DATE)
_NOTE_TEXT = (
    r"[（(](?:此件|本文|此文|联系人|联系单位|联系电话|信息公开|公开属性|主动公开|依申请).{0,80}?[）)]|[（(]?此件.{0,14}公开.{0,6}[）)]?"
    r"|公开程序[:：][^：:]{1,12}?公开|责任部门[:：][\u4e00-\u9fff]{2,14}?[处室局科]"
)
_PUBLIC_NOTE = re.compile(rf"(?:{_NOTE_TEXT})+")
_OFFICE = r"(?:国务院|中华人民共和国)?(?:总理|主席|委员长|省长|市长|州长|县长|区长|主任|部长|局长|厅长|院长|检察长|署长|行长|会长)"
_OFFICER_LINE = re.compile(rf"{_OFFICE}[\s\u3000]+[\u4e00-\u9fff·\s]{{2,12}}")
# …自公布之日起施行。科技部部长徐冠华; several sign a joint order.
_OFFICER_END = re.compile(
    rf"(?:^|[。；）)\s])(?:[\u4e00-\u9fff]{{0,14}}?{_OFFICE}[\s\u3000]*[\u4e00-\u9fff·]{{2,4}}\s*){{1,6}}$"
)
_LISTED = re.compile(r"(?:^|[。\s])附件?\s*[:：][^。]*$")
_PRINTED_BY = re.compile(rf".{{2,30}}(?:办公厅|办公室|秘书处)?\s*(?:{WRITTEN_DATE})\s*印发")
_SEAL = re.compile(r"[（(](?:公?章|印章?|盖章)[）)]")
_ORGANS_LENGTH = 200
"""A signature's organs take no more characters than this, joint ones included."""
_DATES = 500
"""So many dates of a line are looked at: a list of a million dates is signed nowhere."""
_LINES = 30
"""Nor more lines."""
# What a notice ends with before its date where it names no organ.
_FORMULA = re.compile(
    r"(?:执行|落实|实施|办理|印发|遵照|参照|此复|此令|函复|批复|通知|报告|公告|通告|工作|参考|事宜|手续)[。！]\s*$"
)
_NAMES = re.compile(r"[\u4e00-\u9fff、]{2,}(?:[部委局院会署厅办行协社联科组校]|公司|集团|中心|总队)")
_NO_NAME = re.compile(r"[^\u4e00-\u9fff、\s\u3000]")
_SENTENCE_END = re.compile(r"[。！；）)]\s*$")
# A date that a sentence goes on behind dates something else: 2009年3月1日起施行, 2011年12月31日公布的….
_GOES_ON = re.compile(
    r"\s*(?:[，,、；;。至到起前后以的之止在在经由]|[（(]含|公布的|发布的|印发的|颁布的|通过|批准|下发的?|制定|出台|施行|实施|生效|上午|下午|[—–~-]|\d"
    r"|[^。，；\s]{0,30}?(?:印发|发布|公布|颁布|制定|下发|批准|通过)[的了])"
)
_AFTER_SIGNATURE = re.compile(
    r"\s*(?:$|附件|附表|[（(](?:此件|联系|公开|主动|信息)|公开程序|更多信息|抄送|主题词|链接)"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed and the written date, at [start, end) of its line; a date without organs is one too."""

    organs: tuple[str, ...]
    date: str | None
    start: int
    end: int


def _bare(text: str) -> str:
    return re.sub(r"[\s\u3000]", "", _SEAL.sub("", text))


def signature_length(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on are a signature: organs' names and a date, or a note on publication."""
    text = lines[index]
    if len(text) > 2 * _ORGANS_LENGTH:
        return 0
    if _PUBLIC_NOTE.fullmatch(text) or _PRINTED_BY.fullmatch(text) or _one_line(text):
        return 1
    if _OFFICER_LINE.fullmatch(text) and index + 1 < len(lines) and _dated(lines[index + 1]):
        return 2
    end = index
    while end < len(lines) and end - index < _LINES and len(lines[end]) < _ORGANS_LENGTH and _organs(lines[end]):
        end += 1
    if end < len(lines) and _dated(lines[end]) and (end > index or _dated_here(lines, end)):
        return end + 1 - index
    joint = _joint_length(lines, index)
    if joint:
        return joint
    return end - index if end > index and end >= len(lines) - 1 else 0


def _joint_length(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on are several organs and their date, where not each of the names is a known one: the
    text above has ended, every line ends as names do, and of at least half of them all names are known."""
    above = lines[index - 1][-_ORGANS_LENGTH:] if index else ""
    if not _may_be_names(lines[index]) or not (_SENTENCE_END.search(above) or _closes(above)):
        return 0
    end = index + 1
    while end < len(lines) and end - index < _LINES and _may_be_names(lines[end]):
        end += 1
    known = sum(bool(_organs(line)) for line in lines[index:end])
    signs = end - index >= 2 and 2 * known >= end - index and end < len(lines) and _dated(lines[end])
    return end + 1 - index if signs else 0


def _may_be_names(line: str) -> bool:
    return len(line) < _ORGANS_LENGTH and bool(_NAMES.fullmatch(_bare(line)))


def _dated(text: str) -> bool:
    """Whether a line holds a date and no more than a note on publication behind it."""
    match = _DATE.match(text)
    rest = text[match.end() :] if match else text
    return match is not None and public_note(rest) == len(rest)


@lru_cache(maxsize=4096)
def _organs(line: str) -> tuple[str, ...]:
    """Remembered: a line is looked at once for every line above it that could begin the signature."""
    return () if line.endswith(("。", "；", "：", ":")) else split_organs(_bare(line))


def _one_line(text: str) -> bool:
    """河北省科学技术厅2019年8月6日（此件主动公开）"""
    found = find_signature(text) if _ANY_DATE.search(text) else None
    rest = text[found.end :] if found and found.start == 0 else None
    return rest is not None and bool(found and found.organs) and (not rest or bool(_PUBLIC_NOTE.fullmatch(rest)))


def _dated_here(lines: Sequence[str], index: int) -> bool:
    """Whether a date alone on a line dates the text above it."""
    above = lines[index - 1][-_ORGANS_LENGTH:] if index else ""
    listed = bool(_LISTED.search(above))  # the list of attachments stands above the date
    return index + 2 >= len(lines) or listed or bool(_SENTENCE_END.search(above)) or _closes(above)


def public_note(text: str) -> int:
    """How many characters at the beginning of a text are notes on its publication."""
    match = _PUBLIC_NOTE.match(text)
    return match.end() if match else 0


def read_signature(text: str) -> Signature:
    """The organs and the date of a line that is a signature's or a part of one."""
    glued = find_signature(text)
    if glued:
        return glued
    date = _ANY_DATE.search(text)
    named = _PUBLIC_NOTE.sub("", text)
    organs = _organs(named) or (named_organs(_bare(named)) if _may_be_names(named) else ())
    return Signature(organs, date[0] if date else None, 0, len(text))


def find_signature(text: str, previous: str = "") -> Signature | None:
    """A signature whose line breaks were lost: …认真贯彻执行。人力资源社会保障部财政部2019年5月31日（此件公开发布）

    `previous` is the line above, for a date at the beginning of `text`."""
    if "日" not in text:
        return None
    for match in islice(_ANY_DATE.finditer(text), _DATES):
        start, end = match.span()
        following = text[end : end + 60]
        if _GOES_ON.match(following) and not is_title(following.strip()):
            continue
        before = _SEAL.sub(lambda seal: " " * len(seal[0]), text[max(0, start - _ORGANS_LENGTH) : start])
        organs, at = _organs_at_end(before)
        if organs:
            return Signature(organs, match[0], start - len(before) + at, end)
        organs, _ = _organs_at_end(previous) if not before else ((), 0)
        before = before or previous[-_ORGANS_LENGTH:]
        ended = bool(_SENTENCE_END.search(before)) and bool(_AFTER_SIGNATURE.match(following))
        if organs or ended or _closes(before) or _parts_titles(before, following):
            return Signature(organs, match[0], start, end)
    return None


def _closes(before: str) -> bool:
    """Whether a text ends with an officer's name or with what a notice ends with."""
    return bool(_OFFICER_END.search(before) or _FORMULA.search(before))


def _parts_titles(before: str, following: str) -> bool:
    """附件：继续教育规定2018年5月19日继续教育规定第一章: a date between the list of attachments and the first of them."""
    return any(before.endswith(following[:length]) for length in range(8, min(len(following), 40)))


def _organs_at_end(text: str) -> tuple[tuple[str, ...], int]:
    """The organs at the end of a text and where they begin; what is no Chinese character ends the text before them."""
    text = text.rstrip()
    begin = max((m.end() for m in _NO_NAME.finditer(text)), default=0)
    return trailing_organs(text, begin) if begin < len(text) else ((), len(text))
