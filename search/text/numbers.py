"""文号 (document numbers): 国发〔2016〕62号 in every bracket, width and spacing, and 国务院令第364号."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.text.normalise import Folded, fold, fold_with_origin

# Written on folded text: all brackets but round ones are [ ], full width is half width already.
_BRACKETED = re.compile(r"([\u4e00-\u9fff]{1,14})\s*[\[(<]\s*(\d{4}|\d{2})\s*年?\s*[\])>]\s*第?\s*(\d{1,5})\s*号")
_UNBRACKETED = re.compile(
    r"([\u4e00-\u9fff]{0,9}[发字函规办])\s*(?!\d{4}\s*年\s*\d{1,2}\s*月)(\d{4})\s*(?:年|\s|-)\s*第?\s*(\d{1,4})\s*号?(?!\d)"
)
# Typed by hand, the 号 is often left out: 国发[2016]62.
_SHORT = re.compile(
    r"([\u4e00-\u9fff]{0,9}[发字函规办])\s*[\[(<]\s*(\d{4})\s*[\])>]\s*第?\s*(\d{1,4})(?![\d号年月日.])"
)
_ORDER = re.compile(r"([\u4e00-\u9fff]{1,24}令)\s*[\[(]?\s*第?\s*(\d{1,4})\s*号")
# What runs into the agency's code from the sentence before it: 根据国发〔2016〕62号.
_LEAD_IN = re.compile(
    r"^.*(?:根据|按照|依据|依照|贯彻|落实|执行|转发|印发|通知|办法|方案|规定|意见|参照|详见|参见|同意|废止|(?<![太中])原|见|以|(?<!共)和|及|与|或|由|的|对|在|为|等|号)"
    r"(?=[\u4e00-\u9fff])"
)


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
    """国发〔2016〕62号, 国发[2016]62号, 国发（2016） 62 号 → 国发[2016]62号; what is no 文号 is folded only."""
    found = next(find_document_numbers(number), None)
    return fold(found.text if found else number).replace(" ", "")


def _trim(prefix: str) -> str:
    """The agency's code without what stands before it; 国令 and 中华人民共和国国务院令 are written 国务院令."""
    code = _LEAD_IN.sub("", prefix)
    order = code.removeprefix("中华人民共和国")
    return "国务院令" if order == "国令" else order if order.endswith("令") else code


def _from(folded: Folded, match: re.Match[str], text: str) -> DocumentNumber:
    lead_in = len(match[1]) - len(_LEAD_IN.sub("", match[1]))
    start, end = folded.span(match.start(1) + lead_in, match.end())
    return DocumentNumber(text, start, end)


def find_document_numbers(text: str) -> Iterator[DocumentNumber]:
    """Every 文号 in a text, in order."""
    folded = fold_with_origin(text)
    taken: list[tuple[int, int]] = []
    found = []
    for pattern in (_BRACKETED, _UNBRACKETED, _SHORT, _ORDER):
        for match in pattern.finditer(folded.text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            prefix = _trim(match[1])
            number = f"{prefix}第{match[2]}号" if pattern is _ORDER else f"{prefix}〔{match[2]}〕{int(match[3])}号"
            found.append(_from(folded, match, number))
    return iter(sorted(found, key=lambda n: n.start))
