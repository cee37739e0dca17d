"""What fuzzing and its like have found, each as it was made small: it must not come back."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from search.text.numbers import find_document_numbers
from tests.conftest import ROOT
from tests.fuzz.targets import TARGETS

DEEP = b"[" * 100_000
FOUND: list[tuple[str, Any]] = [
    ("files", ("judgments.jsonl", DEEP)),  # RecursionError
    ("files", ("removed.json", DEEP)),
    ("files", ("keys.json", DEEP)),
    ("files", ("run.json", DEEP)),
    ("files", ("queries.jsonl", DEEP)),
    ("facts", "一月一日发〔2016〕6"),  # of a date before a 文号 one part was taken for the agency's
    ("files", ("keys.json", b'{"keys": [{"name": "a", "role": "read", "digest": 1, "created": ""}]}')),  # TypeError
    ("files", ("keys.json", '{"keys": [{"name": "a", "role": "read", "digest": "键", "created": ""}]}'.encode())),
    # a 题注 that is the beginning of another was taken out of that one, and came before it
    (
        "text",
        "室\n（2016年11月1日第十二届常务委员会第四次会议通过）某室\n（2016年11月1日第十二届常务委员会第四次会议通过".encode(),
    ),
]


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize(("name", "value"), FOUND, ids=range(len(FOUND)))
def test_what_was_found_is_dealt_with(name: str, value: Any) -> None:
    TARGETS[name].check(value)


BUSY = {
    # 文号 with a thousand blanks inside: of the 4th power of their number
    "a 文号 and blanks": "from search.query import parse; parse('一办 8888' + ' ' * 990)",
    "an order and blanks": "from search.query import parse; parse('一席公告' + ' ' * 990)",
    "a yearly order and blanks": "from search.query import parse; parse('一席 ( 8888' + ' ' * 980 + 'A')",
    # brackets in brackets: 2 to the power of their number
    "open brackets in one": "from indexer.responsible import responsible_bodies; responsible_bodies('（' + '〔〕' * 400 + '。')",
    "open brackets": "from indexer.responsible import is_bracketed; is_bracketed('(〔' * 400)",
    "a title's brackets": "from indexer.metadata import _KIND; _KIND.search('修正案' + '〔国〕' * 400 + '。')",
    "dots": "from indexer.titles import _CUT_OFF; _CUT_OFF.search('.' * 5000 + 'A')",
    "a page's dots": "from indexer.contents import _PAGE; _PAGE.sub('', '（8' + '　' * 2000 + 'A')",
    "an item's blanks": "from indexer.repeal_lists import _is_item; _is_item(' ⒈ 国' + ' ' * 5000 + 'A')",
}


@pytest.mark.parametrize("name", BUSY)
def test_what_kept_the_program_busy_for_minutes_does_no_more(name: str) -> None:
    """Each takes milliseconds; what is still at it after a minute is ended."""
    subprocess.run([sys.executable, "-c", BUSY[name]], cwd=ROOT, check=True, timeout=60)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("国发 〔 2016 〕 第 62 号", "国发〔2016〕62号"),
        ("国发 2016 62号", "国发〔2016〕62号"),
        ("国发2016-62", "国发〔2016〕62号"),
        ("财政部公告 2020 年 第 5 号", "财政部公告2020年第5号"),
        ("海关总署 2019 年 第 221 号 公告", "海关总署公告2019年第221号"),
        ("国务院令 第 364 号", "国务院令第364号"),
    ],
)
def test_blanks_in_a_document_number_are_still_allowed(text: str, number: str) -> None:
    assert [found.text for found in find_document_numbers(text)] == [number]
