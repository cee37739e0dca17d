"""The 地区 for which a document is made, from its issuers, else from its title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.organs import PROVINCE_NAMES, is_central

NATION = "全国"
_PROVINCE = re.compile(
    rf"(?:中共|共青团|中国共产党)?({PROVINCE_NAMES})((?:[\u4e00-\u9fff]{{2,6}}?(?:市|自治州|地区|盟|县|区|旗))?)"
)
_PLACE = re.compile(
    r"(?:中共)?([\u4e00-\u9fff]{2,8}?(?:市(?!场)|自治州|地区|盟|自治县|县|自治旗|旗))(?=人民|委|政府|[\u4e00-\u9fff]{2,12}[局委会])"
)
# 城市…条例 and 上市公司… begin with no city.
_TITLE_CITY = re.compile(r"([\u4e00-\u9fff]{2,3}(?<!城|都|上|超|入|股|门|夜)市)(?!场|区|民|政|容|值)")
_SPECIAL_ZONE = re.compile(r"(深圳|珠海|汕头|厦门|海南|喀什)经济特区")
_OFFICES = re.compile(r"^(?:人民|委|政府|监察|教育|公安|财政)")


def region_of(issuers: Sequence[str], title: str) -> tuple[str | None, str]:
    """The region and the words that say it."""
    for issuer in issuers:
        place = _place_of(issuer)
        if place:
            return place, issuer
    if any(map(is_central, issuers)):
        return NATION, "、".join(issuers)
    if issuers:
        return None, ""
    return _titled(title)


def _place_of(issuer: str) -> str | None:
    match = _PROVINCE.match(issuer)
    if match:
        city = match[2] if _OFFICES.match(issuer[match.end() :]) else ""
        return match[1] + city
    local = _PLACE.match(issuer)
    return local[1] if local and not is_central(issuer) else None


def _titled(title: str) -> tuple[str | None, str]:
    if title.startswith("中华人民共和国"):
        return NATION, title
    match = _PROVINCE.match(title)
    if match:
        return match[1], title
    zone = _SPECIAL_ZONE.match(title)
    if zone:
        return ("海南省" if zone[1] == "海南" else f"{zone[1]}市"), title
    city = _TITLE_CITY.match(title)
    return (city[1], title) if city else (None, "")
