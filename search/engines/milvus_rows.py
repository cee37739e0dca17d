"""What a row of Milvus holds of a clause beside its terms, made from its entry and read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from search.engines.milvus_client import CLAUSES, WINDOWS, key_of, needles, pieces
from search.engines.milvus_state import LARGEST_HASH
from search.engines.protocol import ClauseEntry
from search.text.numbers import document_number_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.engines.milvus_client import Milvus
    from search.engines.milvus_state import State

    Array = NDArray[Any]

_ROWS, _BYTES = 1_000, 8_000_000
"""What is sent to Milvus at a time: rows, and characters of text."""
_NO_NUMBER = -1
_CHARACTERS, _SECOND = 1 << 32, 0xFFFF
"""Below, terms are put together of the code points of one or two characters (search.text.weighing)."""


def facts_of(entry: ClauseEntry, pairs: Array) -> dict[str, object]:
    """What a row has beside its number and its terms."""
    found, whole = needles(np.minimum(pairs, LARGEST_HASH).tolist())
    number = entry.document_number
    return {
        "clause": entry.clause_id,
        "document": entry.document_id,
        "clause_key": key_of(entry.clause_id),
        "document_key": key_of(entry.document_id),
        "number_key": key_of(document_number_key(number)) if number else _NO_NUMBER,
        "ordinal": entry.ordinal,
        "whole": whole,
        "needles": found,
        "source": _source(entry),
    }


def is_needle(terms: Array) -> Array:
    """Whether terms (fields.Weighed.terms) are asked for to find phrases: all but single characters."""
    mask: Array = (terms >= _CHARACTERS) | (terms & _SECOND != 0)
    return mask


def _source(entry: ClauseEntry) -> list[str]:
    """What `text_of` reads."""
    given = [entry.title, list(entry.path), entry.text, entry.document_number]
    try:
        text = json.dumps(given, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:  # half a character
        text = json.dumps(given)
    return pieces(text)


def text_of(source: Iterable[str]) -> tuple[str, tuple[str, ...], str, str | None]:
    """Title, path, text and 文号, from the pieces of a clause's source."""
    title, path, text, number = json.loads("".join(source))
    return title, tuple(path), text, number


def portions(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows as they may be sent."""
    portion: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += sum(map(len, row["source"])) + len(row["needles"])
        if len(portion) >= _ROWS or size >= _BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def entries_of(client: Milvus, state: State) -> Iterator[ClauseEntry]:
    """What a committed state was made from, in the order of its rows."""
    fields = ["row", "clause", "start", "stop", "vector"]
    windows = (row for page in client.scan(f"{state.collection}{WINDOWS}", state.windows, (), fields) for row in page)
    following = next(windows, None)
    fields = ["row", "clause", "document", "ordinal", "source"]
    for page in client.scan(f"{state.collection}{CLAUSES}", state.clauses, (), fields):
        for row in page:
            own = []
            while following is not None and following["clause"] == row["clause"]:
                own.append(following)
                following = next(windows, None)
            title, path, text, number = text_of(row["source"])
            yield ClauseEntry(
                clause_id=row["clause"],
                document_id=row["document"],
                ordinal=row["ordinal"],
                title=title,
                path=path,
                text=text,
                document_number=number,
                vectors=np.array([each["vector"] for each in own], np.float32),
                windows=tuple((each["start"], each["stop"]) for each in own),
            )
