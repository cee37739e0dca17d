"""Lines from the parts of a page or a text document that more than one reader meets: table rows, list labels, odd spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

LABELS = (
    "索引号|主题分类|发文机关|发文单位|发布机构|发布机关|制发机关|制发单位|公文种类|文种|成文日期|成文时间|发文日期|印发日期|生成日期|标题|名称|"
    "文件名称|信息名称|发文字号|文号|文件编号|发布文号|发布日期|发布时间|公开日期|主题词|关键词|体裁分类|服务对象分类|组配分类|公开方式|公开形式|"
    "公开类别|公开范围|有效性|时效性|是否有效|效力状态|实施日期|施行日期|生效日期|失效日期|废止日期|信息来源|来源|分类|公开责任部门|信息分类"
)
"""The labels of the table that government pages put above a document."""
_LABEL = re.compile(rf"(?:{LABELS})[:：]?")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\ufffe\uffff\x00-\x08\x0b\x0c\x0e-\x1f]")
_LAYOUT_CELL = 200
"""A cell with several paragraphs and more characters than this is a page laid out as a table, not an entry of one."""


def visible(text: str) -> str:
    """The text without characters that show nothing (zero-width spaces, marks of direction, control characters)."""
    return _INVISIBLE.sub("", text)


def label_of(text: str) -> str | None:
    """The label (without colon) that a cell consists of: 索引号 for 索 引 号：."""
    if len(text) > 24:
        return None
    bare = re.sub(r"[\s\u3000\xa0\[\]【】]", "", text)
    return bare.rstrip(":：") if _LABEL.fullmatch(bare) else None


def row_lines(cells: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table row whose cells have lines. Cells are parted by a tab; a label and its value get a line of
    their own; where cells hold whole passages, these follow one another."""
    filled = [cell for cell in cells if cell]
    if len(filled) <= 1:
        return [line for cell in filled for line in cell]
    pairs = _pairs([" ".join(cell) for cell in cells])
    if pairs:
        return pairs
    if any(len(cell) > 1 and sum(map(len, cell)) > _LAYOUT_CELL for cell in filled):
        return [line for cell in filled for line in cell]
    return ["\t".join(" ".join(cell) for cell in filled)]


def _pairs(cells: Sequence[str]) -> list[str]:
    """`label：value` lines where a row is made of labels and values, or nothing."""
    if not any(label_of(cell) for cell in cells[::2]):
        return []
    lines: list[str] = []
    waiting: str | None = None
    for cell in cells:
        label = label_of(cell)
        if label and waiting is None:
            waiting = label
        elif label is None and cell:
            lines.append(f"{waiting}：{cell}" if waiting else cell)
            waiting = None
        else:
            waiting = label  # the label before had no value
    return lines
