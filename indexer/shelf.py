"""The documents of the corpus by the names that others cite them by: 文号, full title, title without its issuer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from indexer.organs import leading_organs, split_organs
from search.model import Document
from search.text.normalise import letters
from search.text.numbers import DocumentNumber, document_number_key

_STATE = "中华人民共和国"
_DRAFT = re.compile(r"试行|暂行|草案")
_REMARK = re.compile(r"[（(][^（）()]{2,20}[）)]$")
_ISSUED = re.compile(
    r"(?:印发|发布|公布)(?:关于)?《(.{4,120})》的(?:通知|公告|决定|函)$|^[^《》]*令.{0,20}《(.{4,120})》$"
)


def _without_issuer(title: str) -> str:
    """国务院关于…的意见 → 关于…的意见; 国务院办公厅印发… → 印发…"""
    organs = leading_organs(title)
    match = re.match(r".{2,160}?(?=关于|印发|转发|批转|发布|公布|贯彻|对)", title) if organs else None
    return title[match.end() :] if match else title


@lru_cache(maxsize=8192)
def _names(title: str) -> tuple[str, ...]:
    """The forms of a title that a citation may use, the fullest first, as letters."""
    issued = _ISSUED.search(title)
    inner = next((part for part in issued.groups() if part), "") if issued else ""
    forms = [title, title.removeprefix(_STATE), _without_issuer(title), inner]
    forms += [_REMARK.sub("", form) for form in forms]
    return tuple(dict.fromkeys(key for key in map(letters, forms) if len(key) >= 3))


class Shelf:
    """Finds the document that a citation means, as the best edition of its work."""

    def __init__(self, documents: Sequence[Document], editions: Mapping[str, int]) -> None:
        self._by_number: dict[str, Document] = {}
        self._by_title: dict[str, list[Document]] = defaultdict(list)
        for document in sorted(documents, key=lambda d: editions[d.document_id]):
            if document.document_number:
                self._by_number.setdefault(document_number_key(document.document_number), document)
            for name in _names(document.title):
                if not any(document.document_id in other.same_work_as for other in self._by_title[name]):
                    self._by_title[name].append(document)

    def has(self, but: str, title: str) -> bool:
        """Whether the corpus has a document of this full title, other than that of the id `but`."""
        found = self.find(title, None) if title.startswith(_STATE) or leading_organs(title) else None
        return found is not None and found != but

    def find(self, title: str | None, number: DocumentNumber | None, before: str = "") -> str | None:
        """The id of the document, None where the corpus has none or several that fit. `before` is the text ahead of the
        title, which may name its issuer: 国务院《关于…的意见》."""
        if number and number.key in self._by_number:
            return self._by_number[number.key].document_id
        if title is None:
            return None
        named = frozenset(leading_organs(title) or _organs_before(before))
        for name in _names(title)[
            : 1 if _DRAFT.search(title[-8:]) else None
        ]:  # 《…法（试行）》 is not the law of today
            fitting = [d for d in self._by_title.get(name, ()) if _fits(d, number, named)]
            if len(fitting) == 1 or (fitting and name == letters(fitting[0].title)):
                return fitting[0].document_id
        return None


def _organs_before(text: str) -> tuple[str, ...]:
    part = re.split(r"[^\u4e00-\u9fff、]|根据|按照|依照|落实|贯彻|执行|现将|转发|印发", text)[-1]
    return split_organs(part)


def _fits(document: Document, number: DocumentNumber | None, issuers: frozenset[str]) -> bool:
    """Another 文号 or another issuer makes it another document, whatever the title."""
    if number and document.document_number and document_number_key(document.document_number) != number.key:
        return False
    return not issuers or not document.issuers or bool(issuers & set(document.issuers))
