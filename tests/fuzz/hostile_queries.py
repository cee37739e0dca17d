"""Queries of 1,000 characters that are made to keep the program busy, by name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, islice

LENGTH = 1000
"""Characters: the most that the setting `max_query_characters` allows unless it is changed."""

_REPEATED = {
    "one ideograph": "国",
    "one word": "民营银行",
    "one word, parted": "民营银行 ",
    "function words": "的了和是",
    "digits": "7",
    "digits and points": "3.",
    "numerals": "一百零",
    "years": "2016年",
    "periods": "2016年以来",
    "periods, parted": "2014-2016 ",
    "recent": "近三年",
    "plans": "“十三五”期间",
    "document numbers": "国发〔2016〕62号",
    "document numbers, half": "国发〔2016〕",
    "document numbers, blanks": "国发 2016 62 ",
    "agencies": "部委局署院会办",
    "orders": "令公告第",
    "articles": "民法典第一千零四十三条",
    "laws": "法典",
    "titles": "《关于的通知》",
    "fields": "发文机关:国务院 ",
    "fields, excluded": "-类型:通知 ",
    "fields, no value": "文号:",
    "fields, numbers": "文号:国发 2016 ",
    "quotes": '"',
    "quotes, Chinese": "“",
    "quotes, nested": "“「『",
    "phrases": "“银行”",
    "phrases of one": '"国" ',
    "excluded": " -银行",
    "excluded phrases": ' -"银行"',
    "brackets": "（",
    "brackets, all": "〔〕（）[]{}《》<>",
    "titles, open": "《",
    "titles, closed": "》",
    "operators": "AND OR NOT ",
    "wildcards": "*?",
    "ranges": "[a TO b]",
    "minus": "-",
    "minus, parted": " -",
    "colons": "：",
    "blanks": " 　",
    "line feeds": "\n",
    "combining marks": "e\u0301\u0302\u0303",
    "marks alone": "\u0301",
    "emoji": "👨‍👩‍👧😀",
    "full width": "ＡＢＣ１２３，．：",
    "traditional": "東北振興與發展",
    "ligatures": "ﷺ",
    "circled": "①㈠⒈Ⅳ",
    "no characters": "\u200b",
    "percent": "%25%00",
    "letters": "a",
    "letters, parted": "a b ",
    "places": "北京上海呼和浩特市",
    "synonyms": "放管服三供一业ppp",
    "questions": "什么怎么吗？",
    "surrogates": "\ud842",
    "NUL": "\x00",
}
_HEADED = {
    "a number and blanks": ("国发 2016", " "),
    "a number and brackets": ("国发〔2016〕", "〔"),
    "an order and blanks": ("财政部公告", " "),
    "an order, a year and blanks": ("一席 ( 8888", " "),
    "a period and digits": ("2016年", "1"),
    "a law and numerals": ("《民法典》第", "一"),
    "an open quote": ("“", "民营银行 "),
    "an open title": ("《", "法"),
    "a field and words": ("标题:", "银行"),
    "an exclusion and words": ("-", "银行"),
}


def _to_length(text: str) -> str:
    return "".join(islice(cycle(text), LENGTH))


def hostile_queries() -> Mapping[str, str]:
    """All of them, each of 1,000 characters."""
    made = {name: _to_length(text) for name, text in _REPEATED.items()}
    made |= {name: (head + _to_length(rest))[:LENGTH] for name, (head, rest) in _HEADED.items()}
    made |= {f"{name}, spoiled": text[:-1] + "A" for name, text in made.items()}
    made["1,000 ideographs"] = "".join(chr(0x4E00 + 20 * i) for i in range(LENGTH))
    made["500 ideographs, parted"] = " ".join(chr(0x4E00 + 40 * i) for i in range(LENGTH // 2))
    made["150 articles"] = "".join(f"民法{i}条" for i in range(150))
    made["200 phrases"] = "".join(f"“{chr(0x4E00 + 90 * i)}国”" for i in range(LENGTH // 4))
    made["200 exclusions"] = "银行" + "".join(f" -{chr(0x4E00 + 90 * i)}国" for i in range(249))
    return made
