"""The user's file of synonyms, changed by program: what is in it stays, and what is written reads back."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import BadSynonym
from search.understanding.synonym_file import LONGEST, SynonymFile
from search.understanding.synonyms import SynonymBook, read_synonyms


@pytest.fixture
def file(tmp_path: Path) -> SynonymFile:
    return SynonymFile(tmp_path / "home")


def test_an_entry_counts_at_once_and_what_was_there_stays(file: SynonymFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text("# 我们的词典\n高考 => 招生考试", "utf-8")
    book = SynonymBook(file.path)
    assert "幼兒園".replace("兒", "儿").replace("園", "园") not in book.current().entries
    assert file.add(" 幼兒園　", "学前教育", both_ways=True) == "幼兒園 = 学前教育"
    assert file.path.read_text("utf-8") == "# 我们的词典\n高考 => 招生考试\n幼兒園 = 学前教育\n"
    entries = book.current().entries
    assert ("学前教育",) in entries["幼儿园"]
    assert ("幼儿园",) in entries["学前教育"]
    assert ("招生考试",) in entries["高考"]
    assert file.lines() == ["高考 => 招生考试", "幼兒園 = 学前教育"]


def test_the_same_entry_is_written_once_and_taken_out_alone(file: SynonymFile) -> None:
    for _ in range(2):
        file.add("ＰＰＰ", "政府和社会资本合作")
    file.add("“放管服”", "简政放权、放管结合、优化服务")
    assert file.lines() == ["ＰＰＰ => 政府和社会资本合作", "“放管服” => 简政放权、放管结合、优化服务"]
    assert file.remove("ＰＰＰ => 政府和社会资本合作")
    assert not file.remove("没有这一行")
    assert file.lines() == ["“放管服” => 简政放权、放管结合、优化服务"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", "学前教育"),
        ("幼儿园", ""),
        ("幼儿园", "  "),
        ("幼", "学前教育"),
        ("幼儿园\n高考 =", "学前教育"),
        ("幼儿园", "学前教育\n高考 ="),
        ("幼儿园\u2028", "学前\u2028教育\x00"),
        ("a => b", "学前教育"),
        ("幼儿园", "a＝b"),
        ("# 注释", "学前教育"),
        ("幼儿园", "学前教育 # 注"),
        ("幼儿园", "、"),
        ("幼儿园", "教" * LONGEST),
        ("幼儿\udc80", "学前教育"),
    ],
)
def test_what_is_no_entry_is_refused_and_nothing_is_written(file: SynonymFile, typed: str, meant: str) -> None:
    before = file.lines()
    try:
        line = file.add(typed, meant)
    except BadSynonym:
        assert file.lines() == before
    else:  # white space of any kind counts as one blank
        assert "\n" not in line
        assert file.lines() == [line]


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_taken_is_one_line_that_reads_as_one_entry(
    tmp_path_factory: pytest.TempPathFactory, typed: str, meant: str
) -> None:
    file = SynonymFile(tmp_path_factory.getbasetemp() / "any")
    file.path.unlink(missing_ok=True)
    try:
        line = file.add(typed, meant)
    except BadSynonym:
        assert not file.path.exists()
        return
    assert file.path.read_text("utf-8") == line + "\n"
    read = read_synonyms(line)
    assert len(read.entries) == 1
    assert not read.unread


def test_editors_at_the_same_time_lose_nothing(file: SynonymFile) -> None:
    threads = [Thread(target=file.add, args=(f"词条{number}", "意思")) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(file.lines()) == sorted(f"词条{number} => 意思" for number in range(20))
