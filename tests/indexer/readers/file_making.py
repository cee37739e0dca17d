"""Small files of each format, made from lines of text."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document

LINE_WIDTH = 28
"""Characters on a line of an official document (GB/T 9704)."""
PAGE_LINES = 22


def make_html(lines: Iterable[str], *, title: str = "", facts: str = "", encoding: str = "utf-8") -> bytes:
    """A page like those of www.gov.cn: navigation, a table of facts, the text, an imprint."""
    text = "\n".join(f'<p style="text-indent: 2em">　　<span>{html.escape(line)}</span></p>' for line in lines)
    return f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}">
    <title>{title}_政府信息公开专栏_中国政府网</title><style>.a {{}}</style><script>var 首页 = "<p>脚本</p>";</script></head><body>
    <div class="header nav"><ul><li><a href="/">首页</a></li><li><a href="/zw/">政务公开</a></li></ul></div>
    <div class="wrap"><table class="bd1"><tbody>{facts}</tbody></table><div class="pages_content" id="UCAP-CONTENT">{text}
    </div></div><div class="footer"><p>主办单位：国务院办公厅　网站标识码bm01000001</p></div></body></html>""".encode(
        encoding
    )


def make_docx(lines: Iterable[str]) -> bytes:
    """A Word document with a paragraph for each line."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    return save(document)


def save(document: object) -> bytes:
    """The bytes of a python-docx document."""
    stream = BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def make_zip(parts: dict[str, str | bytes]) -> bytes:
    """A zip file of these parts."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return stream.getvalue()


def typeset(paragraphs: Iterable[str]) -> list[tuple[int, str]]:
    """Lines with the column that they begin at: indented by two characters, broken at the page's width."""
    lines = []
    for paragraph in paragraphs:
        indent, rest = 2, paragraph
        while rest:
            lines.append((indent, rest[: LINE_WIDTH - indent]))
            rest, indent = rest[LINE_WIDTH - indent :], 0
    return lines


def pages(paragraphs: Iterable[str]) -> list[list[tuple[int, int, str]]]:
    """Typeset pages of (column, row, text), each with a running head and a page number."""
    lines = typeset(paragraphs)
    parts = [lines[i : i + PAGE_LINES] for i in range(0, len(lines), PAGE_LINES)]
    return [
        [
            (8, 0, "国务院公报"),
            *((column, row + 2, text) for row, (column, text) in enumerate(part)),
            (12, 26, f"— {n} —"),
        ]
        for n, part in enumerate(parts, 1)
    ]


def make_pdf(paragraphs: Iterable[str]) -> bytes:
    """A PDF with a text layer. Its font is no real one, but says which characters its codes stand for."""
    contents = []
    for page in pages(paragraphs):
        contents.append("\n".join(_pdf_text(column, row, text) for column, row, text in page).encode())
    return pdf_of(contents)


def _pdf_text(column: int, row: int, text: str) -> str:
    # pdfium leaves out a text that takes no room, as one letter of a font without shapes does
    code = (text if len(text) > 1 else text + " ").encode("utf-16-be").hex()
    return f"BT /F1 16 Tf {70 + 16 * column} {780 - 28 * row} Td <{code}> Tj ET"


_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def
1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"""


def pdf_of(contents: Sequence[bytes], *, resources: bytes = b"/Font << /F1 3 0 R >>", extra: bytes = b"") -> bytes:
    """A PDF whose pages have these content streams. `extra` is one more object, number 7."""
    first = 8
    kids = b" ".join(b"%d 0 R" % (first + 2 * i) for i in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 1000 /FontDescriptor 6 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(_TO_UNICODE),
        b"<< /Type /FontDescriptor /FontName /X /Flags 4 /Ascent 880 /Descent -120 /CapHeight 880 /ItalicAngle 0"
        b" /StemV 80 /FontBBox [0 -120 1000 880] >>",
        extra or b"<< >>",
    ]
    for i, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << %s >> /Contents %d 0 R >>"
            % (resources, first + 2 * i + 1)
        )
        objects.append(_stream(content))
    return _numbered(objects)


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >> stream\n%s\nendstream" % (entries, len(data), data)


def picture() -> bytes:
    """A picture of one pixel, as a PDF object."""
    return _stream(
        b"\x00", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )


def _numbered(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + head + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def make_ofd(paragraphs: Iterable[str]) -> bytes:
    """An OFD file. Each line is cut into two pieces, and the pieces stand in the file in no order."""
    typeset_pages = pages(paragraphs)
    listed = "".join(f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(typeset_pages)))
    parts: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {_OFD}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_OFD}><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for i, page in enumerate(typeset_pages):
        parts[f"Doc_0/Pages/Page_{i}/Content.xml"] = ofd_page(page)
    return make_zip(parts)


def ofd_page(page: Iterable[tuple[int, int, str]]) -> str:
    """The XML of a page with lines at (column, row)."""
    objects = []
    for column, row, text in page:
        half = len(text) // 2
        objects += [_ofd_text(column + half, row, text[half:]), _ofd_text(column, row, text[:half])]
    content = "".join(reversed(objects))
    return f"<ofd:Page {_OFD}><ofd:Content><ofd:Layer ID='1'>{content}</ofd:Layer></ofd:Content></ofd:Page>"


def _ofd_text(column: int, row: int, text: str) -> str:
    """A text object whose letters are 5 mm wide and high."""
    box = f"{28 + 5 * column} {30 + 9 * row} {5 * len(text)} 5"
    delta = f'DeltaX="g {len(text) - 1} 5"' if len(text) > 1 else ""
    code = f'<ofd:TextCode X="0" Y="4.5" {delta}>{html.escape(text)}</ofd:TextCode>'
    return f'<ofd:TextObject ID="1" Font="1" Size="5" Boundary="{box}">{code}</ofd:TextObject>' if text else ""
