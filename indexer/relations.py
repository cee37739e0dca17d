"""How a sentence refers to the document that it cites, by the words around the citation."""

from __future__ import annotations

import re

from search.model import Relation

_CITED = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》|[（(〔\[][^（）()]*[）)〕\]]")
_BEFORE = re.compile(
    r"(?P<BASED_ON>根据|按照|依照|依据|遵照)|(?P<CARRIES_OUT>贯彻|落实|执行|实施)|(?P<FORWARDS>(?:转发|批转)(?!的))"
    r"|(?P<AMENDS>修改|修订|修正)|(?P<REPEALS>废止)|(?P<FOLLOWS>参照|参考|比照)"
    # what is said of the text itself, after which a title is only named: 根据有关规定，制定了《…》; what tells only whose
    # it is (国务院发布的《…》) is looked past
    r"|(?P<MENTIONS>(?:制定|起草|出台|公布|发布|印发|编制|提出|列入)(?!的)|依法|违反)"
)
_NEAR = 30
"""A word governs a title so many characters behind it; farther only where the sentence goes on with 以及 and the like."""
_GOES_ON = re.compile(r"(?:以及|和|及|与|、|或者?)(?:[\u4e00-\u9fff]{0,8})?$")
_REPEALED = re.compile(
    r"[^，。；《》]{0,30}(?:废止|停止执行|失效)|[^。；《》]{0,40}(?:同时|一并|相应|自行)(?:予以)?(?:废止|停止执行|失效)"
)
_AMENDED = re.compile(
    r"[^，。；《》]{0,12}(?:作(?:出|如下)|进行(?:了)?|作|予以)(?:如下|以下|相应|部分)?(?:修改|修订|修正)"
)
_PART = re.compile(r"\s*(?:中|第[\d一二三四五六七八九十百]+[编章节条款项])")  # of a document is repealed: it is amended
_REQUIRES = re.compile(
    r"[^，。；《》]{0,4}(?:明确|有关|相关|具体|统一)?(?:规定|要求|部署)|[^。；《》]{0,20}为(?:主要)?依据"
)
_CARRIED_OUT = re.compile(r"[^。；]{0,160}?(?:贯彻|落实)")
_FORWARDED = re.compile(r"\s*现?(?:转发|批转)(?:给|你|，|。)")
_FOLLOWED = re.compile(r"[^，。；]{0,10}(?:参照|比照)")


_SAID_BEHIND = ((_AMENDED, Relation.AMENDS), (_FORWARDED, Relation.FORWARDS))


def relation_of(before: str, after: str) -> Relation:
    """The relation, from the sentence before and behind the citation. Other citations beside it are looked past."""
    if len(before) > 1 and before.endswith("原"):
        before = before[:-1]
    lead, rest = _CITED.sub("", before), _CITED.sub("", after)
    if _REPEALED.match(rest):
        return Relation.AMENDS if _PART.match(rest) else Relation.REPEALS
    said = next((relation for pattern, relation in _SAID_BEHIND if pattern.match(rest)), None)
    if said:
        return said
    words = list(_BEFORE.finditer(lead))
    if words and (len(lead) - words[-1].end() <= _NEAR or _GOES_ON.search(lead)):
        return Relation[words[-1].lastgroup or "MENTIONS"]
    if _FOLLOWED.match(rest):
        return Relation.FOLLOWS
    if _REQUIRES.match(rest):
        return Relation.BASED_ON
    return Relation.CARRIES_OUT if _CARRIED_OUT.match(rest) and lead.startswith(("对", "要对")) else Relation.MENTIONS
