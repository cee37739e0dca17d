"""文号 and numerals, as texts write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.numbers import document_number_key, find_document_numbers
from search.text.numerals import to_int


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("根据国发〔2014〕28号和中发【2016】18号文件", ["国发〔2014〕28号", "中发〔2016〕18号"]),
        ("《…的意见》（国发〔2016〕62号）精神", ["国发〔2016〕62号"]),
        ("冀政办字〔2023〕122号各市（含定州、辛集市）人民政府", ["冀政办字〔2023〕122号"]),
        ("中华人民共和国国务院令第364号公布", ["国务院令第364号"]),
        ("国令第706号", ["国务院令第706号"]),
        ("2016年12月9日起施行", []),
        ("该办法第62号修正案", []),
        ("国办发2016年5月1日前", []),
        ("的通知冀工信科〔2021〕264号", ["冀工信科〔2021〕264号"]),
        ("中华人民共和国主席令第三十五号", ["主席令第35号"]),
        ("中华人民共和国国务院令第７４７号", ["国务院令第747号"]),
        ("按照国务院第364号令的规定", ["国务院令第364号"]),
        ("（国务院、中央军委令第371号）", ["国务院中央军委令第371号"]),
        ("国务院 国令第706号", ["国务院令第706号"]),
        ("中华人民共和国人力资源和社会保障部中华人民共和国财政部令第36号", ["人力资源和社会保障部财政部令第36号"]),
        ("国家发展改革委令2020年第31号", ["国家发展改革委令2020年第31号"]),
        ("国家发展改革委2020年第31号令", ["国家发展改革委令2020年第31号"]),
        ("对外贸易经济合作部令第3号", ["对外贸易经济合作部令第3号"]),
        ("根据住房和城乡建设部令第5号", ["住房和城乡建设部令第5号"]),
        ("（国家税务总局公告2015年第97号）", ["国家税务总局公告2015年第97号"]),
        ("财政部 税务总局公告２０２２年第３２号", ["财政部税务总局公告2022年第32号"]),
        ("海关总署2019年第221号公告", ["海关总署公告2019年第221号"]),
        ("某市人民代表大会常务委员会公告（第一二六号）", ["某市人民代表大会常务委员会公告第126号"]),
        ("法释﹝２０２０﹞１７号和法释{2020}十八号", ["法释〔2020〕17号", "法释〔2020〕18号"]),
        ("9月11日以省政府令（[2023年]第5号）印发", ["省政府令〔2023〕5号"]),
        ("1989年11月13日卫生部令第3号发布", ["卫生部令第3号"]),
        ("其它事项仍按冀人社发【2015】46号执行", ["冀人社发〔2015〕46号"]),
        ("1995年6月15日国家科委国科发政字[1995]249号", ["国科发政字〔1995〕249号"]),
        ("本公告第3号议题", []),
    ],
)
def test_document_numbers_are_found_without_the_words_before_them(text: str, numbers: list[str]) -> None:
    found = list(find_document_numbers(text))
    assert [number.text for number in found] == numbers
    for number in found:
        assert document_number_key(text[number.start : number.end]) == number.key


@pytest.mark.parametrize(
    "variants",
    [
        [
            "国发〔2016〕62号",
            "国发[2016]62号",
            "国发（2016） 62 号",
            "國發【２０１６】６２號",
            "国发〔二〇一六〕六十二号",
            "国发[2016]62",
        ],
        ["省政府令〔2023〕第5号", "省政府令2023年第5号", "省政府2023年第5号令"],
        ["财政部公告2020年第5号", "财政部公告〔2020〕5号", "财政部２０２０年第５号公告"],
        ["主席令第三十五号", "中华人民共和国主席令第35号", "主席令（第三十五号）"],
    ],
)
def test_notations_of_one_number_have_one_key(variants: list[str]) -> None:
    assert len({document_number_key(variant) for variant in variants}) == 1


@given(st.text(alphabet="国发令号第〔〕[]（）(2016) 62年根据", max_size=40))
def test_spans_lie_in_the_text_and_in_order(text: str) -> None:
    ends = 0
    for number in find_document_numbers(text):
        assert ends <= number.start < number.end <= len(text)
        ends = number.end


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("八十八", 88),
        ("一百零五", 105),
        ("一百一十", 110),
        ("二〇一六", 2016),
        ("一千零一", 1001),
        ("１２", 12),
    ],
)
def test_numerals(numeral: str, value: int) -> None:
    assert to_int(numeral) == value


@pytest.mark.parametrize("numeral", ["", "甲", "一甲", "-1", "1.5"])
def test_what_is_no_numeral_is_refused(numeral: str) -> None:
    with pytest.raises(ValueError, match=r"numeral|invalid"):
        to_int(numeral)
