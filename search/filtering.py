"""Which documents a filter lets through. Pure; texts are compared folded, without punctuation."""

from __future__ import annotations

from datetime import date

from search.levels import level_of
from search.model import Document, Filters
from search.text.normalise import letters
from search.text.numbers import document_number_key, find_document_numbers

_SHORTEST_ABBREVIATION = 3


def admits(filters: Filters, document: Document, today: date) -> bool:
    """Whether a document is what the filters ask for. One without a date of issue passes no filter by date, and one
    that does not say whether it is in force none but 效力:未载明."""
    return (
        _has_facts(filters, document)
        and _is_dated(filters, document.issued_on)
        and (filters.validity is None or document.validity(today) is filters.validity)
        and all(admits(other, document, today) for other in filters.also)
        and not any(admits(other, document, today) for other in filters.excluded)
    )


def _has_facts(filters: Filters, document: Document) -> bool:
    return (
        (not filters.issuer or any(names_organ(filters.issuer, organ) for organ in document.issuers))
        and (not filters.kind or holds(filters.kind, document.kind))
        and (not filters.region or holds(filters.region, document.region))
        and (not filters.level or level_of(document.region) is filters.level)
        and (not filters.title or holds(filters.title, document.title))
        and (not filters.number or _bears(document.document_number, filters.number))
    )


def _is_dated(filters: Filters, issued_on: date | None) -> bool:
    if not filters.since and not filters.until:
        return True
    if issued_on is None or (filters.since and issued_on < filters.since):
        return False
    return not filters.until or issued_on <= filters.until


def holds(value: str, fact: str | None) -> bool:
    """Whether a value is a fact or part of it: 意见 of 指导意见, 河北省 of 河北省石家庄市."""
    return fact is not None and letters(value) in letters(fact)


def _bears(number: str | None, value: str) -> bool:
    """A whole 文号 is that one; 国发2016 is the beginning of many."""
    if number is None:
        return False
    if any(find_document_numbers(value)):
        return document_number_key(number) == document_number_key(value)
    return letters(number).startswith(letters(value))


def names_organ(name: str, organ: str) -> bool:
    """Whether a name, or part of one, is that organ's: 国务院 is in 国务院办公厅, 吉林省政府 is 吉林省人民政府, 发改委 is
    国家发展改革委 and 国家发展和改革委员会."""
    typed, whole = letters(name), letters(organ)
    if typed in whole:
        return True
    typed, whole = (text.replace("委员会", "委") for text in (typed, whole))
    return len(typed) >= _SHORTEST_ABBREVIATION and typed[-1] == whole[-1:] and _in_order(typed, whole)


def _in_order(characters: str, text: str) -> bool:
    """Whether all characters stand in a text in this order, with others between them."""
    rest = iter(text)
    return all(character in rest for character in characters)
