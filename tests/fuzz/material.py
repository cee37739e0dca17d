"""What inputs are made of: bits of policy documents, of queries and of files, put together at random and mutated."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.indexer.readers.file_making import make_docx, make_html, make_ofd, make_pdf

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "big5", "latin-1")
LINES = (
    "某市人民政府关于支持民营银行发展的通知",
    "国发〔2016〕62号",
    "各县（市、区）人民政府：",
    "一、总体要求",
    "（一）指导思想。支持設立民營銀行，服务小微企业。",
    "1.加强监管，防范金融风险。（责任单位：市财政局、市发展改革委）",
    "第一章　总则",
    "第十二条　本办法自2017年6月1日起施行，有效期五年。",
    "①明确责任；②加强督查。",
    "附件：1.任务分工表",
    "序号\t任务\t责任单位",
    "1\t简政放权\t市编办",
    "某市人民政府办公室",
    "2016年11月1日",
    "二○一六年十一月一日",
    "（2016年11月1日第十二届全国人民代表大会常务委员会第二十四次会议通过）",
    "目　录",
    "主办单位：国务院办公厅　网站标识码bm01000001",
    "《国务院关于印发“十三五”规划的通知》（国发〔2016〕62号）同时废止。",
)
BITS = (
    *"一二三十百千万亿零〇○第章条款项年月日号（）()〔〕[]【】《》<>“”「」『』\"'、，。：；？！-—－~.．·　\t\n\r \u200b\u00a0\ufeff\x00",
    "国发", "财政部令", "国务院令", "公告", "附件", "目录", "以上", "以来", "以前", "近三年", "“十三五”期间", "发文机关:", "年份：",
    "-类型:", "文号:", "issuer:", "日期:", "2016", "２０１６", "19", "第1043条", "民法典", "北京", "呼和浩特市", "民營銀行", "放管服",
    "ppp", "3.5", "什么", "怎么", "吗", ">=", "..", "㈠", "①", "⒈", "Ⅳ", "\ud842", "𠮷", "é", "e\u0301", "ﷺ", "ß", "İ", "😀", "👨‍👩‍👧", "&nbsp;",
    "&#12288;", "%", "_", "*", "AND", "NOT", "\\", "{", "}", "|", "^", "$",
)  # fmt: skip


def texts(most: int = 40) -> SearchStrategy[str]:
    """Lines and bits of documents, some of them many times over, among characters of any kind."""
    bit = st.one_of(st.sampled_from(BITS), st.sampled_from(LINES), st.text(max_size=6))
    repeated = st.builds(lambda each, times: each * times, bit, st.integers(2, 60))
    piece = st.one_of(bit, bit, bit, repeated, st.sampled_from(LINES).map(lambda line: line + "\n"))
    return st.lists(piece, max_size=most).map("".join)


def queries() -> SearchStrategy[str]:
    """What somebody may type, up to what the setting allows."""
    return texts(12).map(lambda text: text[:1000])


@st.composite
def _mutated(draw: DrawFn, seeds: Callable[[], list[bytes]]) -> bytes:
    data = bytearray(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(0, 8))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        match draw(st.integers(0, 4)):
            case 0:
                data[at : at + length] = b""
            case 1:
                data[at:at] = draw(st.binary(max_size=40))
            case 2:
                data[at:at] = bytes(data[at : at + length]) * draw(st.integers(1, 50))
            case 3:
                del data[at:]
            case _:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
    return bytes(data)


@cache
def _pdfs() -> list[bytes]:
    return [make_pdf(LINES), make_pdf(LINES[:2]), make_pdf(LINES * 12)]


@cache
def _zips() -> list[bytes]:
    return [make_docx(LINES), make_ofd(LINES)]


@cache
def _pages() -> list[bytes]:
    return [make_html(LINES), make_html(LINES, encoding="gb18030", title="标题")]


def pdf_files() -> SearchStrategy[bytes]:
    """PDF files with bytes changed, doubled and left out."""
    return _mutated(_pdfs)


def zip_files() -> SearchStrategy[bytes]:
    """DOCX and OFD files with bytes changed, doubled and left out."""
    return _mutated(_zips)


def encoded() -> SearchStrategy[bytes]:
    """Text in an encoding that may not be able to say it, perhaps cut in the middle of a character."""

    def encode(text: str, encoding: str, start: int, end: int) -> bytes:
        data = text.encode(encoding, "replace")
        return data[start : len(data) - end]

    cuts = st.integers(0, 3)
    return st.one_of(
        st.builds(encode, texts(), st.sampled_from(ENCODINGS), cuts, cuts), st.binary(max_size=400), _mutated(_pages)
    )


_TAGS = (
    "p", "div", "span", "br", "table", "tr", "td", "th", "ol", "ul", "li", "script", "style", "title", "h1", "a", "b", "body",
    "html", "head", "meta", "textarea", "template", "svg", "noscript", "select", "option", "pre", "frameset", "form",
)  # fmt: skip
_ATTRIBUTES = (
    "", ' class="pages_content"', ' id="UCAP-CONTENT"', ' style="display:none"', ' rowspan="65534"', ' colspan="99999999999"',
    ' rowspan="-1"', ' start="-5"', ' start="99999999999999999999"', ' type="i"', ' value="三"', " hidden", ' charset="gb2312"',
    ' charset="不存在"', ' http-equiv="Content-Type" content="text/html; charset=utf-16"',
)  # fmt: skip


def pages() -> SearchStrategy[bytes]:
    """HTML with elements in any order, opened and closed or not, in any encoding."""
    opened = st.builds(
        lambda tag, attribute: f"<{tag}{attribute}>", st.sampled_from(_TAGS), st.sampled_from(_ATTRIBUTES)
    )
    closed = st.sampled_from(_TAGS).map(lambda tag: f"</{tag}>")
    odd = st.sampled_from(("<!--", "-->", "<![CDATA[", "<!DOCTYPE", "<", "&#x110000;", "&#0;", "</", "<?xml ?>"))
    piece = st.one_of(opened, opened, closed, closed, odd, st.sampled_from(LINES), st.sampled_from(BITS))
    many = st.builds(lambda each, times: each * times, piece, st.sampled_from((1, 1, 1, 2, 40, 300)))
    text = st.lists(many, max_size=40).map("".join)
    made = st.builds(lambda text, encoding: text.encode(encoding, "replace"), text, st.sampled_from(ENCODINGS))
    return st.one_of(made, made, _mutated(_pages))


_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_WORD_BITS = (
    "<w:p>", "</w:p>", "<w:r>", "</w:r>", "<w:t>", "</w:t>", "<w:tbl>", "</w:tbl>", "<w:tr>", "</w:tr>", "<w:tc>", "</w:tc>",
    '<w:tcPr><w:vMerge/></w:tcPr>', '<w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr>', "<w:br/>", "<w:tab/>",
    '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>', "<w:del>", "</w:del>", "<w:rPr><w:vanish/></w:rPr>",
    '<w:pPr><w:numPr><w:ilvl w:val="9"/><w:numId w:val="x"/></w:numPr></w:pPr>', '<w:pPr><w:pStyle w:val="a"/></w:pPr>', "<w:sym/>",
    '<w:footnoteReference w:id="1"/>', "<w:txbxContent>", "</w:txbxContent>", "<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>",
)  # fmt: skip


@st.composite
def word_files(draw: DrawFn) -> bytes:
    """Word documents of XML that is mostly well-formed, with numbering and styles that make no sense."""
    from tests.indexer.readers.file_making import make_zip

    bit = st.one_of(st.sampled_from(_WORD_BITS), st.sampled_from(LINES))
    loose = "".join(draw(st.lists(bit, max_size=20)))
    paragraph = st.tuples(st.sampled_from(_WORD_BITS), st.sampled_from(LINES)).map(_paragraph)
    row = st.lists(paragraph, max_size=4).map(
        lambda ps: "<w:tr>" + "".join(f"<w:tc>{p}</w:tc>" for p in ps) + "</w:tr>"
    )
    table = st.lists(row, max_size=4).map(lambda rows: f"<w:tbl>{''.join(rows)}</w:tbl>")
    body = "".join(draw(st.lists(st.one_of(paragraph, table), max_size=12)))
    content = loose if draw(st.integers(0, 4)) == 0 else body
    parts: dict[str, str | bytes] = {
        "word/document.xml": f"<w:document {_WORD}><w:body>{content}</w:body></w:document>"
    }
    for name in draw(st.lists(st.sampled_from(("numbering", "styles", "footnotes")), unique=True)):
        parts[f"word/{name}.xml"] = _numbering(draw) if name == "numbering" else f"<w:{name} {_WORD}>{body}</w:{name}>"
    return make_zip(parts)


def _paragraph(parts: tuple[str, str]) -> str:
    bit, line = parts
    properties = bit if bit.startswith("<w:pPr>") else ""
    inside = bit if bit.endswith("/>") else ""
    return f"<w:p>{properties}<w:r>{inside}<w:t>{line}</w:t></w:r></w:p>"


def _numbering(draw: DrawFn) -> str:
    number = st.sampled_from(("0", "1", "-1", "99999999999999999999", "x", "", "８", "²"))
    kind = st.sampled_from(
        ("decimal", "chineseCounting", "upperRoman", "lowerLetter", "bullet", "没有", "ideographTraditional")
    )
    text = st.sampled_from(("%1.", "第%1条", "%1.%2", "%9", "%", "", "%1" * 50))
    level = (
        f'<w:lvl w:ilvl="{draw(number)}"><w:start w:val="{draw(number)}"/><w:numFmt w:val="{draw(kind)}"/>'
        f'<w:lvlText w:val="{draw(text)}"/></w:lvl>'
    )
    return (
        f'<w:numbering {_WORD}><w:abstractNum w:abstractNumId="{draw(number)}">{level}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="{draw(number)}"/></w:num></w:numbering>'
    )


def json_texts() -> SearchStrategy[str]:
    """JSON of any shape, also nested without end, and what only looks like it."""
    import json

    leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(BITS), st.text(max_size=5))
    names = st.sampled_from(_KEYS)
    value = st.recursive(leaf, lambda c: st.lists(c, max_size=4) | st.dictionaries(names, c, max_size=6), max_leaves=12)
    deep = st.sampled_from(
        ("[" * 100_000, '{"removed":' * 50_000, "[" * 900 + "]" * 900, "9" * 5000, '"\\ud800"', "NaN")
    )
    return st.one_of(value.map(lambda v: json.dumps(v, ensure_ascii=False)), deep, texts(6))


_KEYS = (
    "query", "judgments", "class", "references", "removed", "document_id", "file", "keys", "name", "role", "hash", "sha256",
    "size", "files", "schema", "created", "analyzer", "embedder", "counts", "sources", "engine", "format", "id", "on",
)  # fmt: skip
