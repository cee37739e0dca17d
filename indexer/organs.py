"""Names of issuing organs (发文机关): found in titles, signatures and the agency code of a 文号."""

from __future__ import annotations

import re

# Central organs whose names do not tell where one ends and the next begins (教育部财政部). From the State Council's
# published list of its departments (机构设置, 2018 and 2023 reforms) and the names that older documents bear.
_CENTRAL = [
    "中共中央办公厅",
    "国务院办公厅",
    "中共中央",
    "国务院",
    "中央军委",
    "全国人民代表大会常务委员会",
    "全国人民代表大会",
    "最高人民法院",
    "最高人民检察院",
    "外交部",
    "国防部",
    "国家发展和改革委员会",
    "国家发展改革委",
    "教育部",
    "科学技术部",
    "科技部",
    "工业和信息化部",
    "国家民族事务委员会",
    "国家民委",
    "公安部",
    "国家安全部",
    "安全部",
    "民政部",
    "司法部",
    "财政部",
    "人力资源和社会保障部",
    "人力资源社会保障部",
    "自然资源部",
    "国土资源部",
    "生态环境部",
    "环境保护部",
    "住房和城乡建设部",
    "住房城乡建设部",
    "交通运输部",
    "交通部",
    "铁道部",
    "水利部",
    "农业农村部",
    "农业部",
    "商务部",
    "文化和旅游部",
    "文化部",
    "国家卫生健康委员会",
    "国家卫生健康委",
    "卫生健康委",
    "国家卫生和计划生育委员会",
    "国家卫生计生委",
    "卫生部",
    "退役军人事务部",
    "退役军人部",
    "应急管理部",
    "中国人民银行",
    "人民银行",
    "审计署",
    "国家审计署",
    "国家语言文字工作委员会",
    "国家外国专家局",
    "国务院国有资产监督管理委员会",
    "国务院国资委",
    "海关总署",
    "国家税务总局",
    "税务总局",
    "国家市场监督管理总局",
    "市场监管总局",
    "国家工商行政管理总局",
    "工商总局",
    "国家质量监督检验检疫总局",
    "质检总局",
    "国家广播电视总局",
    "广电总局",
    "国家体育总局",
    "体育总局",
    "国家统计局",
    "统计局",
    "国家国际发展合作署",
    "国家医疗保障局",
    "国家医保局",
    "国务院参事室",
    "国家机关事务管理局",
    "中国科学院",
    "中科院",
    "中国社会科学院",
    "中国工程院",
    "中国气象局",
    "中国银行保险监督管理委员会",
    "银保监会",
    "中国银行业监督管理委员会",
    "银监会",
    "中国保险监督管理委员会",
    "保监会",
    "中国证券监督管理委员会",
    "证监会",
    "国家金融监督管理总局",
    "金融监管总局",
    "国家信访局",
    "国家粮食局",
    "国家粮食和物资储备局",
    "国家能源局",
    "国家国防科技工业局",
    "国家烟草专卖局",
    "国家移民管理局",
    "国家林业和草原局",
    "国家林业局",
    "国家铁路局",
    "中国民用航空局",
    "民航局",
    "国家邮政局",
    "国家文物局",
    "国家中医药管理局",
    "国家外汇管理局",
    "国家药品监督管理局",
    "国家知识产权局",
    "国家乡村振兴局",
    "国务院扶贫办",
    "国家档案局",
    "国家保密局",
    "国家密码管理局",
    "中央网信办",
    "国家互联网信息办公室",
    "国家网信办",
    "中央组织部",
    "中央宣传部",
    "中央编办",
    "中央文明办",
    "共青团中央",
    "全国总工会",
    "中华全国总工会",
    "全国妇联",
    "中国残联",
    "中国残疾人联合会",
    "全国工商联",
    "国家科技奖励工作办公室",
    "国家自然科学基金委员会",
]
_OFFICE = r"(?:办公厅|办公室|综合司)?"
_CENTRAL_NAMES = "|".join(sorted(map(re.escape, _CENTRAL), key=len, reverse=True))
_PLACE = r"[\u4e00-\u9fff]{1,12}?(?:省|市|自治区|自治州|地区|盟|县|区|旗|兵团)"
_INNER_PLACE = r"[^\W\d_厅局部委会院办府]{1,8}?(?:市|自治州|地区|盟|县|区|旗)"
_LOCAL = (
    rf"(?:中共{_PLACE}委(?:员会)?(?=$|[\s\u3000、]|{_PLACE})|(?:中国共产党|中共)?{_PLACE}(?:{_INNER_PLACE})?(?:委员会|委)?(?:人民政府|人民代表大会常务委员会|人民代表大会|人大常委会|政府|政协|"
    r"[\u4e00-\u9fff]{2,18}?(?:委员会|管理局|监督局|管委会|领导小组|总队|厅|局|委|办))"
    r"(?:办公厅|办公室)?)"
)
_ORGAN = re.compile(
    rf"(?:(?:{_CENTRAL_NAMES}){_OFFICE}(?:{_PLACE}税务局)?|(?:中国人民银行|国家外汇管理局|国家金融监督管理总局){_PLACE}\w{{0,4}}分?局?行?|{_LOCAL})"
)
_SHORT_GOVERNMENT = re.compile(r"^([\u4e00-\u9fff]{2,8}[省市县])政府(办公厅)?$")
_SEPARATORS = re.compile(r"[\s\u3000、,，和及与·]+")


def split_organs(text: str) -> tuple[str, ...]:
    """The organs that a text names one after another, with nothing else in it but what parts them; else ().

    中共中央 国务院 → two; 人力资源社会保障部教育部财政部 → three; 关于… → none.
    """
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        gap = _SEPARATORS.match(text, at)
        at = gap.end() if gap else at
        if at >= len(text):
            break
        match = _ORGAN.match(text, at)
        if not match:
            return ()
        found.append(_full_name(match[0]))
        at = match.end()
    return tuple(dict.fromkeys(found))


def leading_organs(text: str) -> tuple[str, ...]:
    """The organs that a title begins with: those before 关于, 印发, 转发 and the like."""
    match = re.match(r"(.{2,90}?)\s*(?:关于|印发|转发|批转|发布|公布|贯彻|对|令|公告|通告|办公会)", text)
    return split_organs(match[1]) if match else ()


def _full_name(name: str) -> str:
    return _SHORT_GOVERNMENT.sub(lambda m: f"{m[1]}人民政府{m[2] or ''}", name)


_PROVINCES = dict(
    pair.split(":")
    for pair in [
        "京:北京市",
        "津:天津市",
        "沪:上海市",
        "渝:重庆市",
        "冀:河北省",
        "晋:山西省",
        "辽:辽宁省",
        "吉:吉林省",
        "黑:黑龙江省",
        "苏:江苏省",
        "浙:浙江省",
        "皖:安徽省",
        "闽:福建省",
        "赣:江西省",
        "鲁:山东省",
        "豫:河南省",
        "鄂:湖北省",
        "湘:湖南省",
        "粤:广东省",
        "琼:海南省",
        "川:四川省",
        "黔:贵州省",
        "滇:云南省",
        "陕:陕西省",
        "甘:甘肃省",
        "青:青海省",
        "蒙:内蒙古自治区",
        "内蒙:内蒙古自治区",
        "桂:广西壮族自治区",
        "藏:西藏自治区",
        "宁:宁夏回族自治区",
        "新:新疆维吾尔自治区",
    ]
)
_CODES = {"国发": "国务院", "国函": "国务院", "国令": "国务院", "国办发": "国务院办公厅", "国办函": "国务院办公厅"}
_CODES |= {"国办发明电": "国务院办公厅", "国发明电": "国务院", "中发": "中共中央", "中办发": "中共中央办公厅"}


def organ_of_code(code: str) -> str | None:
    """The organ that a 文号's agency code stands for (国发, 吉政发, 冀政办字), where the code tells it for certain."""
    if code in _CODES:
        return _CODES[code]
    if code.endswith("令") and is_organ(code[:-1]):
        return split_organs(code[:-1])[0]
    match = re.fullmatch(r"(\w{1,2})政(办)?(?:发|字|函|规|办字|办发|办函|办规|令)?", code)
    province = _PROVINCES.get(match[1]) if match else None
    if not match or not province:
        return None
    office = "办公厅" if match[2] or "办" in code else ""
    return f"{province}人民政府{office}"


def is_organ(text: str) -> bool:
    """Whether a text is one organ's name, or several."""
    return bool(split_organs(text))
