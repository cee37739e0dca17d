"""Title, issuers, 文号 and 成文日期, taken out of the beginnings and ends of real documents.

The texts are short pieces of pages of the government of Hebei (hebei_gov) and of laws (lawrefbook); the middle is left out.
"""

from __future__ import annotations

import time
from datetime import date

import pytest

from indexer.reading import build_document
from search.model import Document

REST = "各有关部门要结合实际认真抓好落实，确保各项工作取得实效。"


def read(text: str) -> Document:
    return build_document("d", "d.txt", text).document


def test_a_page_that_names_only_what_is_issued_with_the_notice() -> None:
    # 工业行业规划/0016: title, 文号, full title and 主送机关 in one line; signature and inner title in another
    document = read(
        "2021年河北省资助工业设计成果转化项目申报指南（第三批）\n\n冀工信科函〔2021〕608号河北省工业和信息化厅关于印发《2021年河北省资助工业设计成果转化项目申报指南（第三批）》"
        "的通知各市（含定州、辛集市）工业和信息化局，雄安新区改革发展局：\n为鼓励和引导企业应用工业设计，现印发给你们，请按照要求组织推荐工作。"
        "河北省工业和信息化厅2021年8月8日2021年河北省资助工业设计成果转化项目申报指南（第三批）\n" + REST
    )
    assert document.title.startswith("河北省工业和信息化厅关于印发《2021年")
    assert document.issuers == ("河北省工业和信息化厅",)
    assert document.document_number == "冀工信科函〔2021〕608号"
    assert document.issued_on == date(2021, 8, 8)
    assert document.addressee == "各市（含定州、辛集市）工业和信息化局，雄安新区改革发展局"
    assert "2021年8月8日" in document.body.split("\n")[1]


def test_a_short_title_above_the_full_one_in_two_lines() -> None:
    # 国家政策文件/0057
    document = read(
        "科技型中小企业评价办法\n科技部财政部国家税务总局关于印发\n《科技型中小企业评价办法》的通知\n国科发政〔2017〕115号各省、自治区、直辖市科技厅（委、局）：\n"
        f"为推动大众创业，现印发给你们，请遵照执行。\n科技部财政部国家税务总局\n2017年5月3日\n科技型中小企业评价办法\n第一章总则\n第一条{REST}\n"
    )
    assert document.title == "科技部财政部国家税务总局关于印发《科技型中小企业评价办法》的通知"
    assert document.issuers == ("科技部", "财政部", "国家税务总局")


def test_several_signers_each_on_a_line() -> None:
    # 国家政策文件/0042
    document = read(
        "科技部等6部门印发《关于扩大高校和科研院所科研相关自主权的若干意见》的通知\n国科发政〔2019〕260号国务院各部委、各直属机构：\n现印发给你们，请认真贯彻执行。\n"
        "联系电话：科技部010-58881715\n科技部\n教育部\n发展改革委\n财政部\n人力资源社会保障部\n中科院\n2019年7月30日\n"
        + REST
    )
    assert document.issuers == ("科技部", "教育部", "发展改革委", "财政部", "人力资源社会保障部", "中科院")
    assert document.issued_on == date(2019, 7, 30)


def test_signers_that_ran_together_with_the_text_and_the_date() -> None:
    # 人力资源和社会保障厅/0366
    document = read(
        "关于进一步加强流动人员人事档案管理服务工作的通知\n\n"
        + REST
        + "不断提升服务水平和质量。中共中央组织部人力资源社会保障部"
        "国家发展和改革委员会财政部国家档案局2014年12月10日更多信息请关注官方微信“河北人社”"
    )
    assert document.issuers == ("中共中央组织部", "人力资源社会保障部", "国家发展和改革委员会", "财政部", "国家档案局")
    assert document.issued_on == date(2014, 12, 10)


@pytest.mark.parametrize(
    ("ending", "day"),
    [
        ("请认真贯彻执行。2023年3月31日（此件主动公开）（联系单位：社会保险基金监管局）", date(2023, 3, 31)),  # 0299
        (
            "请协助做好各项准备工作。二〇〇四年九月一日公开程序：本单位审核后公开",
            date(2004, 9, 1),
        ),  # 省政府办公厅文件/0858
        (
            "重新公布。省长　郭庚茂\n二○○七年四月二十二日某办法修正案一、第七条修改为：“购置”。",
            date(2007, 4, 22),
        ),  # 0113
        ("附件：技术合同认定规则二○○一年七月十八日技术合同认定规则第一章一般规定", date(2001, 7, 18)),  # 0097
        ("自2001年7月18日起施行。1990年7月27日原国家科委印发的《技术合同认定规则（试行）》同时废止。", None),
        ("2021年12月24日，教育部公布了新修订的《普通话水平测试管理规定》。", None),
        ("（2019年12月31日前制定）", None),
    ],
)
def test_a_date_dates_the_document_where_it_closes_it(ending: str, day: date | None) -> None:
    assert read(f"关于某项工作的通知\n{REST}{ending}\n").issued_on == day


def test_an_order_and_what_it_promulgates() -> None:
    # 人力资源和社会保障厅/0063
    document = read(
        "全国社会保障基金条例\n\n中华人民共和国国务院令　第667号《全国社会保障基金条例》已经2016年2月3日国务院第122次常务会议通过，现予公布，自2016年5月1日起施行。"
        "总理　李克强2016年3月10日全国社会保障基金条例第一章　总则第一条　为了规范全国社会保障基金的管理运营，制定本条例。"
    )
    assert (document.title, document.issuers) == ("全国社会保障基金条例", ("国务院",))
    assert (document.document_number, document.issued_on) == ("国务院令第667号", date(2016, 3, 10))


def test_an_order_in_the_title_line() -> None:
    # 国家政策文件: 科学技术部令第15号
    document = read(f"科学技术部令第15号《高等级病原微生物实验室建设审查办法》\n第一条{REST}\n第二条{REST}")
    assert document.title == "高等级病原微生物实验室建设审查办法"
    assert (document.document_number, document.issuers) == ("科学技术部令第15号", ("科学技术部",))


@pytest.mark.parametrize(
    ("notes", "issuer", "day"),
    [
        # lawrefbook: 新乡市大气污染防治条例; passed by the city, approved by the province
        (
            "2019年4月22日 新乡市第十三届人民代表大会常务委员会第六次会议通过\n2019年5月31日 河南省第十三届人民代表大会常务委员会第十次会议批准",
            "新乡市人民代表大会常务委员会",
            date(2019, 5, 31),
        ),
        # lawrefbook: 关于外国驻中国使馆…进出境物品的规定; 公司登记管理条例
        ("1986年10月31日 国务院批准\n1986年12月1日 海关总署发布", "海关总署", date(1986, 12, 1)),
        (
            "1994年6月24日 中华人民共和国国务院令第156号公布\n2014年2月19日 《国务院关于废止和修改部分行政法规的决定》第二次修订",
            "国务院",
            date(2014, 2, 19),
        ),
        # hebei_gov, 省政府政策文件/0023
        (
            "（河北省人民政府批准　1993年10月25日省科委发布　根据2018年10月6日河北省人民政府令第4号第三次修正）",
            "河北省科委",
            date(2018, 10, 6),
        ),
    ],
)
def test_who_passed_it_issued_it_and_not_who_approved_it(notes: str, issuer: str, day: date) -> None:
    document = read(f"河北省实验动物管理办法\n{notes}\n第一条 {REST}\n第二条 {REST}")
    assert (document.issuers, document.issued_on) == ((issuer,), day)


def test_the_day_on_which_it_takes_effect_is_not_the_day_of_issue() -> None:
    # lawrefbook: 最高人民法院关于适用《外商投资法》若干问题的解释
    document = read(
        "最高人民法院关于适用《中华人民共和国外商投资法》若干问题的解释\n2019年12月16日 最高人民法院审判委员会第1787次会议通过\n2020年1月1日 施行\n"
        f"为正确适用法律，作出如下解释。\n第一条 {REST}\n"
    )
    assert document.issued_on == date(2019, 12, 16)


def test_a_title_that_the_page_cut_off() -> None:
    # 政策解读/0049
    document = read(
        "《关于高等职业院校招收退役军人等群体人员人才培养方案制订与实施的指导意...\n2019年9月28日河北省教育厅印发了《关于高等职业院校招收退役军人等群体人员人才培养方案"
        f"制订与实施的指导意见》（冀教职成〔2019〕38号）。{REST}\n一、出台背景\n{REST}"
    )
    assert document.title == "《关于高等职业院校招收退役军人等群体人员人才培养方案制订与实施的指导意见》"
    assert (document.document_number, document.issued_on, document.issuers) == (None, None, ())


@pytest.mark.parametrize(
    ("title", "body", "full"),
    [
        # 职业教育/0007, 思政体卫与学校安全/0011, 政策解读/0035, 师资建设/0003
        (
            "河北省教育厅关于印发《河北省深化“双师双证”推进职业教育改革创新工作方...",
            "各市教育局：\n省教育厅制定了《河北省深化“双师双证”推进职业教育改革创新工作方案》，现印发你们，请认真组织实施。",
            "河北省教育厅关于印发《河北省深化“双师双证”推进职业教育改革创新工作方案》",
        ),
        (
            "河北省教育厅关于做好2020年全省高校思想政治理论课教师信息统计工作的...",
            "各高等学校：\n决定开展2020年全省高校思想政治理论课教师信息统计工作。现将有关事项通知如下：\n一、统计对象",
            "河北省教育厅关于做好2020年全省高校思想政治理论课教师信息统计工作的通知",
        ),
        (
            "《河北省教育系统开展法治宣传教育第八个五年规划（2021—2025年）…",
            "近日，省教育厅印发《河北省教育系统开展法治宣传教育第八个五年规划（2021—2025年）》，现解读如下。\n一、背景",
            "《河北省教育系统开展法治宣传教育第八个五年规划（2021—2025年）》",
        ),
        (
            "河北省教育厅河北省财政厅关...",
            "各市：\n根据《河北省教育厅河北省财政厅关于开展2023年度绩效评价工作的通知》要求，公布结果。\n一、内容",
            "河北省教育厅河北省财政厅关...",
        ),
    ],
)
def test_a_cut_title_is_completed_where_the_text_makes_it_certain(title: str, body: str, full: str) -> None:
    assert read(f"{title}\n\n{body}\n{REST}").title == full


@pytest.mark.parametrize(
    ("text", "title", "issuers"),
    [
        # 人力资源和社会保障厅/0281, 工业行业计划/0011 and 0006
        (
            "关于鼓励创业促进就业的若干意见\ue003\n\n中共河北省委办公厅河北省人民政府办公厅关于鼓励创业促进就业的若干意见为深入贯彻党的十八届三中全会精神，提出如下意见。",
            "中共河北省委办公厅河北省人民政府办公厅关于鼓励创业促进就业的若干意见",
            ("中共河北省委办公厅", "河北省人民政府办公厅"),
        ),
        (
            "2021年度河北省冰雪装备器材项目征集\n\n河北省工业和信息化厅关于征集2021年度河北省冰雪装备器材项目的通知各市工业和信息化局、雄安新区改革发展局：",
            "河北省工业和信息化厅关于征集2021年度河北省冰雪装备器材项目的通知",
            ("河北省工业和信息化厅",),
        ),
        (
            "河北省人民政府办公厅印发《加快建设数字河北行动方案》\n\n河北省人民政府办公厅关于印发加快建设数字河北行动方案的通知各市人民政府，省政府有关部门：",
            "河北省人民政府办公厅关于印发加快建设数字河北行动方案的通知",
            ("河北省人民政府办公厅",),
        ),
    ],
)
def test_the_full_title_below_the_page_title(text: str, title: str, issuers: tuple[str, ...]) -> None:
    document = read(f"{text}\n{REST}\n{REST}")
    assert (document.title, document.issuers) == (title, issuers)


def test_an_order_without_marks_signed_by_its_minister() -> None:
    # 国家政策文件/0109
    document = read(
        "科学技术部令第9号 关于修改《国家科学技术奖励条例实施细则》的决定\n\n《关于修改<国家科学技术奖励条例实施细则>的决定》已经2004年4月16日科学技术部第16次部务会议审议通过，"
        "现予发布，自公布之日起施行。科技部部长徐冠华二ＯＯ四年十二月二十七日关于修改《国家科学技术奖励条例实施细则》的决定为进一步做好工作，作如下修改：\n一、第三条修改。"
    )
    assert (document.title, document.document_number) == (
        "关于修改《国家科学技术奖励条例实施细则》的决定",
        "科学技术部令第9号",
    )
    assert (document.issuers, document.issued_on) == (("科学技术部",), date(2004, 12, 27))


def test_signers_with_a_company_and_an_office_among_them() -> None:
    # 人力资源和社会保障厅/0333, 学生资助/0012
    document = read(
        f"关于印发《某方案》的通知\n{REST}现印发你们，请认真抓好贯彻落实。河北省公安厅河北省扶贫开发办公室河北省残疾人联合会共青团河北省委中国铁路北京局集团有限公司2022年12月30日某方案一、内容。"
    )
    assert document.issuers == (
        "河北省公安厅",
        "河北省扶贫开发办公室",
        "河北省残疾人联合会",
        "共青团河北省委",
        "中国铁路北京局集团有限公司",
    )


@pytest.mark.parametrize("unit", ["《", "（", "2016年1月1日", "1号", "国发〔2016〕6号", "《某法》", "起施行", "河北省"])
def test_a_line_of_millions_is_read_within_bounds(unit: str) -> None:
    began = time.perf_counter()
    read("关于某事的通知\n" + unit * (400_000 // len(unit)))
    assert time.perf_counter() - began < 20


def test_an_addressee_behind_a_full_title_in_one_line_is_no_clause() -> None:
    page, number = "关于印发《某中心管理办法》的通知", "冀科平函〔2018〕16号"
    line = f"{number}河北省科学技术厅{page}各市（含定州、辛集市）科技局，雄安新区管委会，省直有关部门："
    document = read(
        f"{page}\n\n{line}\n为规范某中心，制定了本办法，现印发你们，请认真执行。\n河北省科学技术厅\n2018年5月15日"
    )
    assert document.addressee == "各市（含定州、辛集市）科技局，雄安新区管委会，省直有关部门"
    assert document.title == f"河北省科学技术厅{page}"
    assert document.clause_count == 1


def test_a_sentence_behind_a_full_title_in_one_line_is_text() -> None:
    page = "关于印发《某中心管理办法》的通知"
    document = read(
        f"{page}\n\n河北省科学技术厅{page}为规范某中心，经研究，现将有关要求通知如下。\n一、加强领导。\n二、抓好落实。"
    )
    assert (document.addressee, document.clause_count) == (None, 3)


def test_joint_signers_of_which_one_is_not_known() -> None:
    document = read(
        "科技部等多部委关于印发《甲事规则》的通知\n国科发监〔2019〕323号各省科技厅：\n《甲事规则》已经会议审议通过，现印发给你们，请遵照实施。\n"
        "科技部中央宣传部最高人民法院\n教育部某甲乙研究会公安部\n中国社科院中国科协\n2019年9月25日\n甲事规则\n第一章总则\n第一条为规范甲事，制定本规则。"
    )
    assert document.issuers[:3] == ("科技部", "中央宣传部", "最高人民法院")
    assert document.issuers[3:] == ("教育部", "某甲乙研究会", "公安部", "中国社科院", "中国科协")
    assert document.issued_on == date(2019, 9, 25)
    assert document.clause_count == 4


def test_lines_that_end_like_names_are_no_signature_without_known_organs() -> None:
    document = read(
        "关于某事的通知\n名单如下。\n甲乙丙小组\n丁戊己小组\n2019年9月25日\n庚辛壬小组\n各组要抓好落实，按期完成。"
    )
    assert document.issuers == ()
    assert "甲乙丙小组" in document.body


def test_a_date_below_the_list_of_attachments_dates_the_document() -> None:
    text = "关于印发《甲事规则》的通知\n现将《甲事规则》印发给你们，请结合实际，认真遵照执行。附件：甲事规则\n二○○一年七月十八日\n甲事规则\n第一章总则\n第一条为规范甲事，制定本规则。"
    assert read(text).issued_on == date(2001, 7, 18)
