"""The names of files that a page offers as its attachments: 附件：1.评价标准.docx 2.申报表.xls."""

from __future__ import annotations

import re

_ENDING = re.compile(
    r"\.(?:docx?|wps|rtf|pdf|ofd|xlsx?|et|csv|pptx?|zip|rar|7z|jpe?g|png|txt)(?![A-Za-z0-9])[\s\u3000、，,；;）)]*",
    re.I,
)
_LABEL = re.compile(r"[\s\u3000]*(?:[^。；：:，,]{0,8}(?:附件|附表|下载|附)[^。；：:，,]{0,6}[:：])?")
_NO_NAME = re.compile(r"[。；;：:@\n]")
_NAME_LENGTH = 150
_LONGEST = 4000


def lists_files(text: str) -> bool:
    """Whether a line is nothing but names of files, with 附件： before them or without."""
    if len(text) > _LONGEST or not _ENDING.search(text):
        return False
    *names, rest = _ENDING.split(text)
    return not rest.strip() and all(map(_is_name, names))


def listing_start(text: str) -> int:
    """Where the names of files begin that a line ends with, behind its last sentence; 0 where there are none."""
    ending = list(_ENDING.finditer(text[-_NAME_LENGTH:]))
    if not ending or ending[-1].end() < len(text[-_NAME_LENGTH:]):
        return 0
    at = max(text.rfind("。", 0, -1), text.rfind("；", 0, -1), text.rfind("\n", 0, -1)) + 1
    return at if at and lists_files(text[at:]) else 0


def _is_name(text: str) -> bool:
    name = _LABEL.sub("", text, count=1)
    return 0 < len(name.strip()) <= _NAME_LENGTH and not _NO_NAME.search(name)
