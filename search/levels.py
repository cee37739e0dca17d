"""How high the organs stand that issued a document: central, provincial, or of a city or county. Pure."""

from __future__ import annotations

import re

from search.model import Level

_NATION = "全国"
_MUNICIPALITY = re.compile(r"(?:北京|天津|上海|重庆)市$")
_PROVINCE = re.compile(r"[\u4e00-\u9fff]{2,9}?(?:省|(?:壮族|回族|维吾尔)?自治区|特别行政区)$")


def level_of(region: str | None) -> Level | None:
    """The level that a document's `region` stands for: 全国 central, 河北省 and 北京市 provincial, 石家庄市 and
    河北省石家庄市 local. None where the region is not known."""
    if not region:
        return None
    if region == _NATION:
        return Level.CENTRAL
    whole = _MUNICIPALITY.match(region) or _PROVINCE.match(region)
    return Level.PROVINCIAL if whole else Level.LOCAL
