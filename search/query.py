"""What a person typed, taken apart. Any text is a query; nothing here raises on what a user writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.engines.protocol import KeywordQuery
from search.text.normalise import fold
from search.text.numbers import find_document_numbers

_QUOTED = re.compile('“([^”]*)”|「([^」]*)」|『([^』]*)』|"([^"]*)"|＂([^＂]*)＂|〝([^〞]*)〞|„([^“”]*)[“”]')
_EXCLUDED = re.compile(r"(?:(?<=\s)|^)[-－−](?:“([^”]*)”|「([^」]*)」|\"([^\"]*)\"|([^\s“”「」\"]+))")


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart. All texts but `meaning` are folded.

    `words` is what is left for the keyword channel without quotes, exclusions and 文号; `meaning` is what is embedded:
    the query as typed, without quotation marks and exclusions.
    """

    words: str
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    document_numbers: tuple[str, ...]
    meaning: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for: blank, or punctuation only."""
        return not any(c.isalnum() for c in self.meaning)

    @property
    def is_lookup(self) -> bool:
        """Whether the query is a 文号 and nothing else."""
        return bool(self.document_numbers) and not self.phrases and not any(c.isalnum() for c in self.words)

    @property
    def matched_text(self) -> str:
        """What the words to highlight are taken from."""
        return " ".join([self.words, *self.phrases])

    def keyword(self) -> KeywordQuery:
        """The same for an engine. The phrases' words count for the ranking, too."""
        return KeywordQuery(self.matched_text, self.phrases, self.excluded, self.document_numbers)


def _text_of(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")


def parse(text: str) -> Query:
    """Take a query apart: “exact words” in any quotation marks, -excluded, 文号 in any notation, and words."""
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is no character
    excluded = tuple(fold(_text_of(m)) for m in _EXCLUDED.finditer(text) if _text_of(m).strip())
    text = _EXCLUDED.sub(" ", text)
    phrases = tuple(dict.fromkeys(fold(_text_of(m)).strip() for m in _QUOTED.finditer(text)))
    meaning = _QUOTED.sub(lambda m: f" {_text_of(m)} ", text)
    rest = _QUOTED.sub(" ", text)
    numbers = list(find_document_numbers(rest))
    for number in reversed(numbers):
        rest = f"{rest[: number.start]} {rest[number.end :]}"
    return Query(
        words=" ".join(fold(rest).split()),
        phrases=tuple(p for p in phrases if any(c.isalnum() for c in p)),
        excluded=excluded,
        document_numbers=tuple(dict.fromkeys(number.key for number in numbers)),
        meaning=" ".join(meaning.split()),
    )
