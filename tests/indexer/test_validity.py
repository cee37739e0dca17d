"""From when and until when a document is in force, who repeals it, and for which region it is made."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.citations import cite
from indexer.reading import build_document
from indexer.region import region_of
from indexer.validity import add_repeals, term_of
from search.model import Document, Validity

ISSUED = date(2019, 8, 6)


@pytest.mark.parametrize(
    ("text", "effective_on", "expires_on"),
    [
        ("本办法自2013年10月2日起施行，有效期5年。", date(2013, 10, 2), date(2018, 10, 1)),
        ("本措施自发布之日起实施，有效期至2027年12月31日。", ISSUED, date(2027, 12, 31)),
        ("本意见自印发之日起30日后施行，有效期2年。", date(2019, 9, 5), date(2021, 9, 4)),
        ("第二十条 本细则自二〇二〇年一月一日起执行，试行期一年。", date(2020, 1, 1), date(2020, 12, 31)),
        ("自2019年9月1日起施行。", date(2019, 9, 1), None),
        ("《全国社会保障基金条例》已经通过，现予公布，自2016年5月1日起施行。", date(2016, 5, 1), None),
        ("本决定自公布之日起施行。\n第九条 本办法自1997年1月1日起施行。", date(1997, 1, 1), None),
        ("许可证有效期5年。", None, None),
        ("本办法由某省科学技术厅会同某省财政厅负责解释，自印发之日起施行，试行期2年。", ISSUED, date(2021, 8, 5)),
        ("本办法有效期5年，自2011年8月1日起施行。", date(2011, 8, 1), date(2016, 7, 31)),
        ("第三十五条 本办法由省科技厅解释。有效期五年。\n第三十六条 本办法印发之日起施行。", ISSUED, date(2024, 8, 5)),
        ("本条例于2007年9月1日起施行。", date(2007, 9, 1), None),
        ("本办法自发布起执行，有效期五年。", ISSUED, date(2024, 8, 5)),
        ("本办法自2020年1月1日起施行，至2022年12月31日止。", date(2020, 1, 1), date(2022, 12, 31)),
        ("本通告有效期至２０１９年５月２０日。", None, date(2019, 5, 20)),
        ("上述政策执行期限为2019年1月1日至2023年12月31日。", None, date(2023, 12, 31)),
        ("依照本条例不需要取得许可的，其无线电台执照有效期不得超过5年。", None, None),
        ("许可证分为正本和副本，有效期为5年。", None, None),
        ("对具备本条例规定条件的，准予延续，延续执业注册有效期为5年；", None, None),
        ("凡宣布废止的文件，自本通知印发之日起一律停止执行。", None, None),
        ("资格自认定之日起有效期为三年。", None, None),
        ("2012年1月1日起施行的《某办法》继续有效。", None, None),
        ("本办法自2015年2月29日起施行。", None, None),
    ],
)
def test_the_term_is_what_the_text_says_of_itself(
    text: str, effective_on: date | None, expires_on: date | None
) -> None:
    term = term_of(text, ISSUED)
    assert (term.effective_on, term.expires_on) == (effective_on, expires_on)


def read(*texts: str) -> dict[str, Document]:
    """Documents with those that repeal them; their ids are 0, 1, …"""
    found = [build_document(str(i), f"{i}.txt", text) for i, text in enumerate(texts)]
    documents = {r.document.document_id: r.document for r in found}
    return add_repeals(
        documents,
        cite(documents.values(), {r.document.document_id: r.clauses for r in found}, dict.fromkeys(documents, 0)),
    )


OLD = "北京市发展中医条例\n2001年6月22日北京市第十一届人民代表大会常务委员会第二十七次会议通过\n第一条 内容。\n第二条 内容。\n"
NEW = (
    "北京市中医药条例\n2020年11月27日北京市第十五届人民代表大会常务委员会第二十六次会议通过\n第一条 内容甲。\n"
    "第二条 本条例自2021年5月1日起施行。2001年6月22日北京市第十一届人民代表大会常务委员会第二十七次会议通过的《北京市发展中医条例》同时废止。\n"
)


def test_a_document_that_another_repeals_says_by_which_and_where() -> None:
    old, new = read(OLD, NEW).values()
    assert old.repealed_by == (new.document_id,)
    assert "《北京市发展中医条例》同时废止" in {e.fact: e.sentence for e in old.evidence}["repealed_by"]
    assert old.validity(date(2024, 1, 1)) is Validity.REPEALED
    assert new.repealed_by == ()


def test_what_came_later_under_the_same_title_is_not_repealed() -> None:
    later = OLD.replace("2001年6月22日", "2021年6月22日")
    assert read(later, NEW)["0"].repealed_by == ()


def test_validity_depends_on_the_day() -> None:
    document = Document("d", "d.txt", "某办法", "", effective_on=date(2013, 10, 2), expires_on=date(2018, 10, 1))
    days = [date(2013, 10, 1), date(2013, 10, 2), date(2018, 10, 1), date(2018, 10, 2)]
    assert [str(document.validity(day)) for day in days] == ["not_yet", "in_force", "in_force", "expired"]
    assert Document("d", "d.txt", "某办法", "").validity(days[0]) is Validity.UNSTATED


def test_every_fact_comes_with_the_words_that_say_it() -> None:
    text = (
        "索引号：000014349/2013-00123\n主题分类：科技\n河北省科学技术厅关于印发《软科学研究计划管理办法（试行）》的通知\n冀科政〔2013〕12号\n各市科技局：\n"
        "现印发给你们，请遵照执行。\n河北省科学技术厅\n2013年9月2日\n软科学研究计划管理办法（试行）\n第一条 内容。\n"
        "第二条 本办法自2013年10月2日起施行，有效期5年。\n"
    )
    document = build_document("d", "d.txt", text).document
    assert (document.kind, document.region, document.trial) == ("通知", "河北省", "试行")
    assert (document.subject, document.index_number) == ("科技", "000014349/2013-00123")
    assert (document.effective_on, document.expires_on) == (date(2013, 10, 2), date(2018, 10, 1))
    said = {e.fact: e.sentence for e in document.evidence}
    assert said["region"] == "河北省科学技术厅"
    assert said["expires_on"] == "第二条 本办法自2013年10月2日起施行，有效期5年。"
    assert said.keys() == {"kind", "region", "subject", "index_number", "effective_on", "expires_on", "trial"}


@pytest.mark.parametrize(
    ("issuers", "title", "region"),
    [
        (["国务院办公厅"], "", "全国"),
        (["河北省人民政府办公厅"], "", "河北省"),
        (["河北省石家庄市人民政府"], "", "河北省石家庄市"),
        (["新乡市人民代表大会常务委员会"], "", "新乡市"),
        (["上海市人民代表大会常务委员会"], "", "上海市"),
        (["衡水市市场监督管理局"], "", "衡水市"),
        (["应急部市场监管总局"], "", None),
        ([], "河北省实验动物管理办法", "河北省"),
        ([], "深圳经济特区房地产登记条例", "深圳市"),
        ([], "杭州市城市绿化管理条例", "杭州市"),
        ([], "城市绿化条例", None),
        ([], "上市公司信息披露管理办法", None),
        ([], "中华人民共和国水法", "全国"),
    ],
)
def test_the_region_is_that_of_the_issuer_else_of_the_title(issuers: list[str], title: str, region: str | None) -> None:
    assert region_of(issuers, title)[0] == region


@pytest.mark.parametrize("said", [r"国务院组织机构\\其他", r"国务院组织机构\其他", "国务院组织机构 › 其他"])
def test_a_subject_shows_no_backslashes(said: str) -> None:
    text = f"索引号：000014349/2013-00123\n主题分类：{said}\n国务院关于某事的通知\n各省人民政府：\n现将某事通知如下，请认真执行。"
    assert build_document("d", "a.txt", text).document.subject == "国务院组织机构 › 其他"
