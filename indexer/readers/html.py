"""Saved web pages: the text of the document, with its title, its table of facts (索引号, 发文机关 …), date and source, without
the site around it. Where no template fits, the densest element is taken. A general extractor beside it (trafilatura) was
tried on 67 real pages and left out: it won on none and lost most of the text of some (34 of 267 letters of a gov.cn page)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.readers import templates
from indexer.readers.encoding import decode
from indexer.readers.html_lines import is_dropped, render, walk
from indexer.readers.repairs import Decoded
from indexer.readers.tables import LABELS, label_of
from indexer.readers.unreadable import Unreadable
from search.text.normalise import letters

_CHARSET = re.compile(rb"""(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w-]{2,20})""", re.I)
_MOST = 0.85
"""A container with so much of a page's text holds the document; what lies outside are notices and the imprint."""
_HALF = 0.5
_FEW = 40
"""Characters; what is shorter is no document's text."""
_LINK_LISTS = ("ul", "ol", "dl", "div", "section", "aside", "table")
_MARK = "\x02body\x02"
_AROUND = re.compile(templates.AROUND, re.I)
_FACT = re.compile(rf"(?:{LABELS})\s*[：:]\s*\S")
_SPACED_LABEL = re.compile(r"^((?:[\u4e00-\u9fff][\s\u3000\xa0]*){2,6})[：:]\s*(\S.*)$")
_DATED = re.compile(
    r"(?:(?:发布|公布|更新|录入)?(?:时间|日期)\s*[:：]\s*)?\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?(?:[\s\d:]*)(?:\s*来源.{0,40})?"
)
_SITE_SUFFIX = re.compile(r"\s*(?:[_|｜>»]|--+|—|\s-\s|(?<=[\u4e00-\u9fff）])-(?=[\u4e00-\u9fff]))\s*")


def read_html(data: bytes) -> Decoded:
    """The text of a page. Raises Unreadable: `empty`, `binary`, `encoding`, `no_text`."""
    declared = _CHARSET.search(data[:4096])
    decoded = decode(data, declared[1].decode("ascii") if declared else None)
    tree = LexborHTMLParser(decoded.text.replace("\x00", ""))
    root = tree.body or tree.root
    if root is None:
        raise Unreadable("empty")
    page = _Page.weigh(root)
    nodes = _template(tree, page) or [_densest(page)]
    sure = nodes[0].mem_id in page.sure
    body = [line for node in nodes for line in render(node, page.skip if sure else page.skip_links)]
    head = _head_lines(page, nodes, body)
    lines = [*_title_line(tree, [*head, *body]), *head, *body]
    if not any(c.isalnum() for line in lines for c in line):
        raise Unreadable("no_text")
    return Decoded("\n".join(lines), decoded.repairs)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page with the number of characters outside and inside links that each element holds, by mem_id."""

    root: LexborNode
    text: dict[int, int]
    links: dict[int, int]
    sure: set[int]

    @classmethod
    def weigh(cls, root: LexborNode) -> _Page:
        text, links = dict[int, int](), dict[int, int]()
        sums, in_link = [[0, 0]], 0
        for node, entering in walk(root):
            if node.is_text_node:
                sums[-1][in_link > 0] += len("".join((node.text_content or "").split())) if entering else 0
                continue
            in_link += (1 if entering else -1) if node.tag == "a" else 0
            if entering:
                sums.append([0, 0])
            else:
                text[node.mem_id], links[node.mem_id] = own = sums.pop()
                sums[-1] = [sums[-1][0] + own[0], sums[-1][1] + own[1]]
        return cls(root, text, links, set())

    def weight(self, node: LexborNode) -> int:
        return self.text.get(node.mem_id, 0)

    def skip(self, node: LexborNode) -> bool:
        """Whether an element is hidden, or one of those that a site puts around every page."""
        if is_dropped(node):
            return True
        if not node.is_element_node or node.tag == "body":
            return False
        names = f"{node.attributes.get('class') or ''} {node.id or ''}"
        around = node.tag == "footer" or (names.strip() and _AROUND.search(names))
        return bool(around) and self.weight(node) < 0.3 * self.weight(self.root)

    def skip_links(self, node: LexborNode) -> bool:
        """The same, and lists of links: other articles, other sites."""
        links = self.links.get(node.mem_id, 0) if node.tag in _LINK_LISTS else 0
        return (links >= _FEW and links > 3 * self.weight(node)) or self.skip(node)


def _template(tree: LexborHTMLParser, page: _Page) -> list[LexborNode]:
    """The container that a known template keeps the text in, if it holds at least half of what the page says."""
    sure = _outermost(tree.css(", ".join(templates.SURE)))
    page.sure.update(node.mem_id for node in sure)
    best = max(sure, key=page.weight, default=None)
    if best is not None and _is_most(page, [best]):
        return [best]
    if len(sure) > 1 and _is_most(page, sure):
        return sure  # the text in several parts
    likely = max(tree.css(", ".join(templates.LIKELY)), key=page.weight, default=None)
    if likely is not None and page.weight(likely) >= max(_FEW, int(_MOST * page.weight(page.root))):
        return [_densest(page, likely)]
    return []


def _is_most(page: _Page, nodes: Sequence[LexborNode]) -> bool:
    """Whether these elements hold half of what a page says, or at least of its running text: beside a short notice even
    its table of facts and the imprint are long."""
    inside = sum(map(page.weight, nodes))
    if inside >= max(1, int(_HALF * page.weight(page.root))):
        return True
    others = render(page.root, page.skip_links, {node.mem_id: _MARK for node in nodes})
    return inside >= _FEW and inside >= sum(len(line) for line in others if len(line) >= _FEW and "。" in line)


def _outermost(nodes: Iterable[LexborNode]) -> list[LexborNode]:
    """Those of `nodes` (in document order) that are in no other one."""
    found: list[LexborNode] = []
    known: set[int] = set()
    for node in nodes:
        above = node.parent
        while above is not None and above.mem_id not in known:
            above = above.parent
        if above is None and node.mem_id not in known:
            found.append(node)
            known.add(node.mem_id)
    return found


def _densest(page: _Page, start: LexborNode | None = None) -> LexborNode:
    """The innermost element that holds most of what the page says."""
    node = start or page.root
    enough = max(1.0, _MOST * page.weight(node))
    while True:
        child = node.child
        while child is not None and (page.weight(child) < enough or child.tag in ("p", "tbody", "tr", "table")):
            child = child.next
        if child is None:
            return node
        node = child


def _head_lines(page: _Page, nodes: Sequence[LexborNode], body: Sequence[str]) -> list[str]:
    """What stands outside the container and says something of the document: its facts, date and source."""
    lines = render(page.root, page.skip, {node.mem_id: _MARK for node in nodes})
    at = lines.index(_MARK) if _MARK in lines else len(lines)
    before = [_despaced(line) for line in lines[:at]]
    dated = [line for line in before if _DATED.fullmatch(line)][-2:]  # those above are of other articles
    found = [line for line in before if len(line) < 200 and (_FACT.search(line) or line in dated)]
    behind = [_despaced(line) for line in lines[at:]]
    if not any("索引号" in line for line in found):
        found += [line for line in behind if line.startswith(("索引号：", "发文机关：", "发文字号：", "成文日期："))]
    known = set(body[:40])
    return [line for line in dict.fromkeys(found) if line not in known]


def _despaced(line: str) -> str:
    """索引号：… for 索 引 号：…"""
    match = _SPACED_LABEL.match(line)
    label = label_of(match[1]) if match else None
    return f"{label}：{match[2]}" if match and label else line


def _title_line(tree: LexborHTMLParser, lines: Sequence[str]) -> list[str]:
    """The page's title, unless the text begins with it."""
    title = _title(tree)
    begun = letters("".join(lines[:30])[:1500])
    return [title] if title and letters(title) not in begun else []


def _title(tree: LexborHTMLParser) -> str:
    for node in tree.css("meta[name]"):
        if (node.attributes.get("name") or "").lower() == "articletitle":
            stated = " ".join((node.attributes.get("content") or "").split())
            if stated:
                return stated
    for selector in templates.TITLE:
        for node in tree.css(selector):
            text = " ".join(render(node))
            if 4 <= len(text) <= 150:
                return text
    title = tree.css_first("title")
    parts = _SITE_SUFFIX.split(" ".join(title.text().split())) if title is not None else [""]
    return parts[0]
