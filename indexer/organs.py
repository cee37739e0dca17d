"""Names of issuing organs (发文机关): found in titles, signatures and the agency code of a 文号."""

from __future__ import annotations

import re

# Central organs whose names do not tell where one ends and the next begins (教育部财政部). From the State Council's
# published list of its departments (机构设置, 2018 and 2023 reforms) and the names that older documents bear.
_CENTRAL = """
中科院 交通部 人事部 人社部 住建部 保监会 公安部 内贸部 农业部 化工部 医保局 卫健委 卫生部 发改委
司法部 商业部 商务部 团中央 国务院 国土部 国资委 国防部 外专局 外交部 外汇局 安全部 审计署 工信部
工程院 建设部 扶贫办 教育部 文化部 文物局 林业局 林业部 林草局 民政部 民航局 气象局 水利部 水电部
物资部 环保部 监察部 社科院 科技部 粮食局 统计局 网信办 能源局 药监局 证监会 财政部 邮政局 邮电部
铁路局 铁道部 银监会 中共中央 中医药局 中国作协 中国文联 中国残联 中国科协 中央军委 中央农办 中央纪委
中央编办 人民银行 体育总局 全国妇联 全国政协 国家体委 国家建委 国家教委 国家民委 国家监委 国家科委
国家经委 国家计委 国家语委 外经贸部 工商总局 广电总局 总参谋部 总后勤部 总政治部 武警总部 海关总署
税务总局 质检总局 轻工业部 银保监会 中国保监会 中国关工委 中国地震局 中国工程院 中国民航局 中国气象局
中国科学院 中国证监会 中国贸促会 中国银监会 中央宣传部 中央政法委 中央文明办 中央组织部 中央网信办
中央金融办 乡村振兴局 交通运输部 信息产业部 全国工商联 全国总工会 全国老龄办 共青团中央 农业农村部
冶金工业部 劳动保障部 医疗保障局 卫生健康委 卫生计生委 发展改革委 国内贸易部 国务院侨办 国务院台办
国土资源部 国家体改委 国家保密局 国家信访局 国家医保局 国家卫计委 国家发改委 国家地震局 国家外专局
国家外汇局 国家安全部 国家审计署 国家工商局 国家数据局 国家文物局 国家旅游局 国家林业局 国家林草局
国家档案局 国家海洋局 国家烟草局 国家版权局 国家电影局 国家疾控局 国家税务局 国家粮食局 国家经贸委
国家统计局 国家网信办 国家能源局 国家航天局 国家药监局 国家邮政局 国家铁路局 国防科工局 地质矿产部
应急管理部 机械工业部 煤炭工业部 环境保护部 生态环境部 电力工业部 知识产权局 版权局 法制办 工商联 全国工商联合会 科学技术部 纺织工业部
自然资源部 航空工业部 退役军人部 中共中央纪委 中国人民银行 中国银保监会 国务院办公厅 国务院参事室
国务院国资委 国务院安委会 国务院扶贫办 国务院法制办 国务院港澳办 国务院研究室 国家中医药局 国家体育总局
国家公务员局 国家开发银行 国家环保总局 国家税务总局 国家质检总局 安全监管总局 市场监管总局 文化和旅游部
新闻出版总署 最高人民法院 粮食和储备局 金融监管总局 中共中央办公厅 中共中央宣传部 中共中央组织部
中共中央统战部 中华全国总工会 中国民用航空局 中国社会科学院 中国进出口银行 中国铁路总公司 中央军委办公厅
中央社会工作部 住房城乡建设部 全国人大常委会 国务院税务总局 国家乡村振兴局 国家医疗保障局 国家卫生健康委
国家卫生计生委 国家发展改革委 国家国防科工局 国家土地管理局 国家外国专家局 国家外汇管理局 国家宗教事务局
国家密码管理局 国家教育委员会 国家新闻出版署 国家消防救援局 国家烟草专卖局 国家环境保护局 国家监察委员会
国家知识产权局 国家移民管理局 国家计划委员会 工业和信息化部 广播电影电视部 最高人民检察院 自然科学基金委
退役军人事务部 中国农业发展银行 中国残疾人联合会 中国红十字会总会 住房和城乡建设部 全国人民代表大会
全国供销合作总社 国家市场监管总局 国家广电总局 中国社科院 广播电视总局 中央军委科技委 中央军委装备发展部 中央军委训练管理部
中央军委联合参谋部 劳动和社会保障部 国务院学位委员会 国家中医药管理局 国家安全监管总局 国家广播电视总局
国家林业和草原局 国家粮食和储备局 市场监督管理总局 新闻出版广电总局 食品药品监管总局 中华全国妇女联合会
中央军委后勤保障部 中央军委国防动员部 中央军委政治工作部 人力资源社会保障部 国家卫生健康委员会
国家国防科技工业局 国家国际发展合作署 国家机关事务管理局 国家民族事务委员会 国家测绘地理信息局
国家疾病预防控制局 国家矿山安全监察局 国家科学技术委员会 国家经济贸易委员会 国家自然科学基金委
国家药品监督管理局 对外贸易经济合作部 中华全国供销合作总社 人力资源和社会保障部 全国人大常委会办公厅
国务院关税税则委员会 国务院安全生产委员会 国务院食品安全委员会 国家互联网信息办公室 国家发展和改革委员会
国家工商行政管理总局 国家市场监督管理总局 国家新闻出版广电总局 国家粮食和物资储备局 国家金融监督管理总局
中国保险监督管理委员会 中国证券监督管理委员会 国家科技奖励工作办公室 国家自然科学基金委员会
国家语言文字工作委员会 国家食品药品监督管理局 中国国家铁路集团有限公司 中国银行业监督管理委员会
国家卫生和计划生育委员会 国家安全生产监督管理总局 国家质量监督检验检疫总局 国家食品药品监督管理总局
中国银行保险监督管理委员会 全国人民代表大会常务委员会 国务院国有资产监督管理委员会 国务院军队转业干部安置工作小组
"""
_OFFICE = r"(?:办公厅|办公室|综合司)?"
_CENTRAL_NAMES = "|".join(sorted(_CENTRAL.split(), key=len, reverse=True))
_PLACE = r"[\u4e00-\u9fff]{1,12}?(?:省|市|自治区|自治州|地区|盟|县|区|旗|兵团)"
_INNER_PLACE = r"[^\W\d_厅局部委会院办府]{1,8}?(?:市|自治州|地区|盟|县|区|旗)"
_LOCAL = (
    rf"(?!各|本[省市县区]|全[省市县国])(?:"
    rf"中共{_PLACE}委(?:员会)?(?:宣传部|组织部|统战部|社会工作部|政法委员会|政法委|[\u4e00-\u9fff]{{2,14}}?(?:委员会)?办公室|办公厅)"
    rf"|中共{_PLACE}委(?:员会)?(?=$|[\s\u3000、]|{_PLACE})"
    rf"|(?:共青团|中国共产主义青年团){_PLACE}(?:委员会|委)"
    rf"|(?:中国共产党|中共)?{_PLACE}(?:{_INNER_PLACE})?(?:委员会|委)?(?:"
    r"(?:人民政府)?国有资产监督管理委员会|人民政府|人民代表大会常务委员会|人民代表大会|人大常委会|政府|政协|"
    r"科委|计委|经委|教委|体委|建委|农委|编办|总工会|工商业联合会|妇女联合会|残疾人联合会|科学技术协会|红十字会|军区|供销合作总社|高级人民法院|人民检察院|"
    r"[\u4e00-\u9fff]{2,18}?(?:委员会|管理局|监督局|监管局|监察局|管委会|领导小组|总队|厅|局|委|办公室|办(?!公)))"
    r"(?:办公厅|办公室)?)"
)
_BRANCH = (
    r"(?:中国人民银行|国家外汇管理局|国家金融监督管理总局|中国银保监会|中国证监会|中国银行保险监督管理委员会|中国证券监督管理委员会)"
    r"[\u4e00-\u9fff]{2,10}?(?:中心支行|分行|分局|监管局)"
)
_COMPANY = r"中国(?!人民银行|银)[^\W\d_部委局]{2,10}(?:局|部)?(?:集团)?(?:股份|责任)?(?:有限公司|有限责任公司|总公司)"
# A branch is tried before the bank whose name it begins with.
_ORGAN = re.compile(
    rf"{_BRANCH}|{_COMPANY}|(?:中华人民共和国)?(?:{_CENTRAL_NAMES}){_OFFICE}(?:{_PLACE}税务局)?|{_LOCAL}"
)
_CENTRAL_ORGAN = re.compile(rf"(?:{_CENTRAL_NAMES}){_OFFICE}$|全国")
_SHORT_GOVERNMENT = re.compile(r"^([\u4e00-\u9fff]{2,8}[省市县])政府(办公厅)?$")
_LONGEST = 400
"""More characters are no list of organs; the longest joint signatures, of thirty organs, stay below."""
PROVINCE_NAMES = (
    "北京市|天津市|上海市|重庆市|河北省|山西省|辽宁省|吉林省|黑龙江省|江苏省|浙江省|安徽省|福建省|江西省|山东省|河南省|湖北省|湖南省|广东省|"
    "海南省|四川省|贵州省|云南省|陕西省|甘肃省|青海省|台湾省|内蒙古自治区|广西壮族自治区|西藏自治区|宁夏回族自治区|新疆维吾尔自治区"
)
_BEGINS = re.compile(rf"{_CENTRAL_NAMES}|(?:中共|共青团)?(?:{PROVINCE_NAMES})")
_SEPARATORS = re.compile(r"[\s\u3000、,，和及与·]+")


def split_organs(text: str) -> tuple[str, ...]:
    """The organs that a text names one after another, with nothing else in it but what parts them; else ().

    中共中央 国务院 → two; 人力资源社会保障部教育部财政部 → three; 关于… → none.
    """
    found, at = [], 0
    text = text.strip()
    if len(text) > _LONGEST:
        return ()
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


def _ends_as_organ(text: str) -> bool:
    """Whether an unknown name can end here: 中国 of 中国社科院 is no organ, though 社科院 is one."""
    return len(text) > 3 and text[-1] in "部委局院会署厅办行协社联科司"


def named_organs(text: str) -> tuple[str, ...]:
    """The organs of a text that names nothing else; what stands between known names is one that is not known."""
    found, at = [], 0
    while at < len(text):
        gap = _SEPARATORS.match(text, at)
        at = gap.end() if gap else at
        known = _ORGAN.match(text, at)
        following = next((m for m in _BEGINS.finditer(text, at + 1) if _ends_as_organ(text[at : m.start()])), None)
        end = known.end() if known else following.start() if following else len(text)
        found.append(_full_name(text[at:end]))
        at = end
    return tuple(dict.fromkeys(name.strip("、") for name in found if name.strip("、")))


def leading_organs(text: str) -> tuple[str, ...]:
    """The organs that a title begins with: those before 关于, 印发, 转发 and the like."""
    match = _LEADING.match(text)
    return split_organs(match[1]) if match else ()


def trailing_organs(text: str, start: int = 0) -> tuple[tuple[str, ...], int]:
    """The organs that a text ends with, and where they begin: 附件汇总表河北省教育厅 → one, at 5. Nothing before `start`
    counts; spaces inside names do not."""
    for at in [*(match.start() for match in _BEGINS.finditer(text, start)), start]:
        found = split_organs(re.sub(r"[\s\u3000]", "", text[at:]))
        if found:
            return found, at
    return (), len(text)


def leading_one_of_several(text: str) -> str | None:
    """科技部 of a title that begins with 科技部等9部门: who leads, where only the signature names the others."""
    match = _AND_OTHERS.match(text)
    organs = split_organs(match[1]) if match else ()
    return organs[0] if organs else None


def _full_name(name: str) -> str:
    name = name.removeprefix("中华人民共和国")
    return _SHORT_GOVERNMENT.sub(lambda m: f"{m[1]}人民政府{m[2] or ''}", name)


_LEADING = re.compile(
    r"(.{2,160}?)\s*(?:关于|印发|转发|批转|发布|公布|贯彻|对|令|公告|通告|办公会|(?:\d{4}|[〇零○一二三四五六七八九]{4})年)"
)
_AND_OTHERS = re.compile(r"(.{2,60}?)等[\d十一二三四五六七八九]{1,3}个?(?:部门|部委|单位|厅局|部|委|机构)")
_ABBREVIATIONS = """
京:北京市 津:天津市 沪:上海市 渝:重庆市 冀:河北省 晋:山西省
辽:辽宁省 吉:吉林省 黑:黑龙江省 苏:江苏省 浙:浙江省 皖:安徽省
闽:福建省 赣:江西省 鲁:山东省 豫:河南省 鄂:湖北省 湘:湖南省
粤:广东省 琼:海南省 川:四川省 黔:贵州省 滇:云南省 陕:陕西省
甘:甘肃省 青:青海省 蒙:内蒙古自治区 内蒙:内蒙古自治区 桂:广西壮族自治区 藏:西藏自治区
宁:宁夏回族自治区 新:新疆维吾尔自治区
"""
_PROVINCES = dict(pair.split(":") for pair in _ABBREVIATIONS.split())
_CODES = {"国发": "国务院", "国函": "国务院", "国令": "国务院", "国办发": "国务院办公厅", "国办函": "国务院办公厅"}
# Agency codes of ministries, by what they begin with, in the form in which the ministries sign.
_MINISTRY_CODES = {
    "国科发": "科技部",
    "人社部发": "人力资源社会保障部",
    "人社部函": "人力资源社会保障部",
    "人社厅发": "人力资源社会保障部办公厅",
    "人社厅函": "人力资源社会保障部办公厅",
    "工信部": "工业和信息化部",
    "工信厅": "工业和信息化部办公厅",
    "国税发": "国家税务总局",
    "发改": "国家发展改革委",
}
_CODES |= {"国办发明电": "国务院办公厅", "国发明电": "国务院", "中发": "中共中央", "中办发": "中共中央办公厅"}


def organs_of_code(code: str) -> tuple[str, ...]:
    """The organs that a 文号's agency code stands for (国发, 吉政发, 冀政办字; the organs of an order or 公告 are named in
    full), where the code tells them for certain."""
    if code in _CODES:
        return (_CODES[code],)
    named = re.fullmatch(r"(.{2,})(?:令|公告|通告)", code)
    if named and "人民代表大会" not in named[1] and is_organ(named[1]):  # a 公告 tells what another organ has passed
        return split_organs(named[1])
    ministry = next((organ for start, organ in _MINISTRY_CODES.items() if code.startswith(start)), None)
    if ministry:
        return () if "联" in code else (ministry,)  # 工信部联…: several sign, and the code names the first only
    match = re.fullmatch(r"(\w{1,2})政(办)?(?:发|字|函|规|办字|办发|办函|办规|令)?", code)
    province = _PROVINCES.get(match[1]) if match else None
    if not match or not province:
        return ()
    office = "办公厅" if match[2] or "办" in code else ""
    return (f"{province}人民政府{office}",)


def is_organ(text: str) -> bool:
    """Whether a text is one organ's name, or several."""
    return bool(split_organs(text))


def is_central(name: str) -> bool:
    """Whether an organ is one of the state or the Party as a whole."""
    return bool(_CENTRAL_ORGAN.match(name))
