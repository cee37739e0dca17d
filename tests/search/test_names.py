"""Names packed into bytes read like the names themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engines.files import Names, packed, shared

NAMES = st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1))


@given(NAMES)
def test_packed_names_are_the_names(names: list[str]) -> None:
    read = Names(packed(names))
    assert list(read) == names
    assert len(read) == len(names)
    assert [read[i] for i in range(len(names))] == names
    assert [read[-i] for i in range(1, len(names) + 1)] == names[::-1]
    assert read[1:] == names[1:]
    assert bool(read) == bool(names)
    assert (*read, "民營") == (*names, "民營")


def test_beyond_the_last_name_is_none() -> None:
    read = Names(packed(["国发〔2016〕62号", "ＰＰＰ"]))
    assert "ＰＰＰ" in read
    for place in (2, -3):
        with pytest.raises(IndexError):
            read[place]


def test_equal_names_are_one_string() -> None:
    names = shared(["".join(["国", "办"]), "".join(["国", "办"])])
    assert names == ("国办", "国办")
    assert names[0] is names[1]
