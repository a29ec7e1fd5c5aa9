"""Small files of every kind, made here: all of their text was written for these tests."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from index.readers.load import FIELDS, read_articles
from index.records import Problem, RawArticle

TEXT = "东岸大桥于六月一日通车，全长三公里。\n渡轮同日停航。"


def item(article_id: object = "a1", content: object = TEXT, **changed: object) -> dict[str, object]:
    values = ("题", "https://example.com/1", "2025/6/1", "试验号")
    names = [FIELDS[name] for name in ("title", "url", "time", "account")]
    fields = {FIELDS["article_id"]: article_id, **dict(zip(names, values, strict=True))}
    return fields | {FIELDS["content"]: content} | changed


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_lines(items: Iterable[object]) -> bytes:
    return b"\n".join(as_json(one) for one in items)


def table(rows: Iterable[Iterable[str]], separator: str = ",") -> bytes:
    """Every cell in quotation marks."""
    quoted = (separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "\r\n".join(quoted).encode()


def export_table(separator: str = ",") -> bytes:
    return table([FIELDS.values(), map(str, item().values())], separator)


def pdf(pages: Iterable[str], info: str = "") -> bytes:
    """A PDF with a text layer; the characters are numbered and a map says which they are."""
    pages = list(pages)
    known = sorted(set("".join(pages)) - {"\n"})
    codes = {character: f"{number:04x}" for number, character in enumerate(known, 1)}
    units = {c: c.encode("utf-16-be").hex() for c in known}
    lines = "".join(f"<{codes[c]}> <{units[c]}>\n" for c in known)
    unicode_map = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(known)} beginbfchar\n{lines}endbfchar endcmap end end"
    )
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H "
        "/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test /CIDSystemInfo "
        "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(unicode_map),
    ]
    for number, page in enumerate(pages):
        shown = " 0 -20 Td ".join(
            f"<{''.join(codes[c] for c in line)}> Tj" for line in page.split("\n")
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(_stream(f"BT /F1 12 Tf 50 700 Td {shown} ET"))
    return pdf_of(objects, info)


def pdf_of(objects: Iterable[str], info: str = "") -> bytes:
    """A PDF of these objects, the first of them the catalogue."""
    objects = [*objects, *([info] if info else [])]
    body = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table_at = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    body += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    more = f" /Info {len(objects)} 0 R" if info else ""
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{more} >>\nstartxref\n{table_at}\n"
    return body + trailer.encode() + b"%%EOF\n"


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def docx(title: str = "", heading: str = "夜航", paragraphs: Iterable[str] = (TEXT,)) -> bytes:
    import docx as library

    document = library.Document()
    document.core_properties.title = title
    if heading:
        document.add_heading(heading, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    grid = document.add_table(2, 2)
    for cell, text in zip((c for row in grid.rows for c in row.cells), "甲乙丙丁", strict=True):
        cell.text = text
    document.add_paragraph("表后一句。")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_part(document: bytes, name: str, content: bytes) -> bytes:
    """A Word document with one of its parts exchanged, or another one added."""
    parts = unzipped(document)
    return zipped({**parts, name: content})


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Mapping[str, bytes] | Mapping[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


WECHAT = """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta property="og:title" content="大桥通车"/><meta property="og:url" content="http://mp.weixin.qq.com/s?a=1"/>
<title></title><style>.x{color:red}</style></head><body>
<h1 id="activity-name"> 大桥&nbsp;通车 </h1><a id="js_name"> 试验号 </a><em id="publish_time"></em>
<div id="js_content" style="visibility: hidden; opacity: 0;">
<section><p><span>东岸大桥</span><strong>今日</strong>通车&lt;b&gt;。</p><p style="display: none">看不见</p>
<p><img data-src="https://example.com/x.png"/></p><p>全长<br/>三公里。</p>
<table><tr><td><p>路段</p></td><td><p>长度</p></td></tr><tr><td>东段</td><td>一公里</td></tr></table>
<script>var hidden = "不是正文";</script></section></div>
<script>var nickname = htmlDecode("别名"); var msg_link = "http://mp.weixin.qq.com/s?__biz=M\\x26amp;mid=2\\x26amp;sn=3";
var ct = "1748736000"; var createTime = '2020-01-01 08:00';</script>
<div>阅读原文 点赞 分享</div></body></html>"""

_SENTENCES = "".join(
    f"<p>第{number}段：港务部门说，东岸大桥在第{number}周完成了荷载试验，数据与设计相符，渡轮班次随之减少。</p>"
    for number in range(1, 8)
)
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>大桥完成试验 - 港城新闻</title>
<meta property="og:title" content="大桥完成试验"/><meta property="og:site_name" content="港城新闻"/>
<meta property="og:url" content="https://news.example.com/a/1"/>
<meta property="article:published_time" content="2025-06-03T08:00:00+08:00"/></head>
<body><nav><a href="/">首页</a> <a href="/a">要闻</a></nav><article><h1>大桥完成试验</h1>{_SENTENCES}
<script>alert("脚本")</script></article><footer>版权所有</footer></body></html>"""


HEADERS = (
    "公众号",
    "ID",
    "链接",
    "标题",
    "封面",
    "摘要",
    "创建时间",
    "发布时间",
    "阅读",
    "文章内容",
)
"""Columns of the workbook that an exporter of public accounts' articles writes."""


def export_row(article_id: str = "2247483650_1", content: str = TEXT) -> list[object]:
    link = f"http://mp.weixin.qq.com/s?__biz=MzA=&mid={article_id}"
    days = "2025-09-01 08:00:00", "2025-09-04 20:15:00"
    return ["试验号", article_id, link, "大桥通车", "", "", *days, 1024, content]


def workbook(
    sheets: Mapping[str, Iterable[Iterable[object]]],
    hidden: Iterable[str] = (),
    merged: Mapping[str, str] | None = None,
) -> bytes:
    """An ``.xlsx`` file; ``merged`` are ranges with what they say, ``hidden`` names of sheets."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "default_date_format": "yyyy/m/d"}
    ) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()
            for place, text in (merged or {}).items():
                sheet.merge_range(place, text)
    return buffer.getvalue()


def open_document_sheet(rows: Iterable[Iterable[str]]) -> bytes:
    """An ``.ods`` file."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="一">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def slides(*texts: tuple[str, str, str]) -> bytes:
    """A presentation: title, text and speaker's notes of each slide."""
    import pptx

    presentation = pptx.Presentation()
    for title, text, notes in texts:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def epub(chapters: Mapping[str, str], **metadata: str) -> bytes:
    """A book of these chapters, by the names of their files."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    said = "".join(f"<dc:{name}>{value}</dc:{name}>" for name, value in metadata.items())
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{said}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
    )
    page = (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        "<head><title>章</title></head><body>{}</body></html>"
    )
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": container.encode(),
            "OEBPS/content.opf": package.encode(),
            **{f"OEBPS/{name}": page.format(body).encode() for name, body in chapters.items()},
        }
    )


def mhtml(page: str, charset: str = "utf-8") -> bytes:
    """A page as a browser saves it into one file, with a picture."""
    import email.mime.image
    import email.mime.multipart
    import email.mime.text

    whole = email.mime.multipart.MIMEMultipart("related")
    whole.attach(email.mime.text.MIMEText(page, "html", charset))
    whole.attach(email.mime.image.MIMEImage(picture(), "png"))
    return whole.as_bytes()


def rtf(*lines: str, before: str = "") -> bytes:
    """An RTF file in GBK."""
    escaped = "\\par\n".join(
        "".join(c if c.isascii() else "".join(f"\\'{b:02x}" for b in c.encode("gbk")) for c in line)
        for line in lines
    )
    fonts = r"{\fonttbl{\f0\fnil\fcharset134 SimSun;}}"
    return (
        r"{\rtf1\ansi\ansicpg936\deff0" + fonts + before + r"\f0 " + escaped + r"\par}"
    ).encode()


def picture(kind: str = "PNG") -> bytes:
    """A picture without text."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(buffer, kind)
    return buffer.getvalue()


def of_every_kind() -> dict[str, bytes]:
    """A good file for each suffix, by its name."""
    return {
        "a.json": as_json([item("a1"), item("a2")]),
        "a.json.gz": gzip.compress(as_json([item()])),
        "a.jsonl": as_lines([item("a1"), item("a2")]),
        "a.jsonl.gz": gzip.compress(as_lines([item()])),
        "a.ndjson": as_lines([item()]),
        "a.csv": export_table(),
        "a.csv.gz": gzip.compress(export_table()),
        "a.tsv": export_table("\t"),
        "a.tsv.gz": gzip.compress(export_table("\t")),
        "a.txt": TEXT.encode(),
        "a.text": TEXT.encode(),
        "a.md": f"# 夜航\n{TEXT}".encode(),
        "a.markdown": f"# 夜航\n{TEXT}".encode(),
        "a.html": WECHAT.encode(),
        "a.htm": PAGE.encode(),
        "a.pdf": pdf([TEXT, "第二页。"]),
        "a.docx": docx(),
        "a.xhtml": WECHAT.encode(),
        "a.mhtml": mhtml(WECHAT),
        "a.mht": mhtml(PAGE, "gb18030"),
        "a.xlsx": workbook({"Sheet1": [HEADERS, export_row()]}),
        "a.xlsm": workbook({"Sheet1": [HEADERS, export_row()]}),
        "a.xls": workbook({"一": [["项目", "金额"], ["大桥", 3.5]]}),
        "a.ods": open_document_sheet([["项目", "金额"], ["大桥", "3.5"]]),
        "a.pptx": slides(("夜航", TEXT, "备注一句。")),
        "a.epub": epub(
            {"1.xhtml": f"<h1>夜航</h1><p>{TEXT}</p>"}, title="夜航集", date="2025-06-01"
        ),
        "a.rtf": rtf(*TEXT.split("\n")),
        "a.jpg": picture("JPEG"),
        "a.jpeg": picture("JPEG"),
        "a.png": picture("PNG"),
        "a.bmp": picture("BMP"),
        "a.tif": picture("TIFF"),
        "a.tiff": picture("TIFF"),
        "a.webp": picture("WEBP"),
        "a.zip": zipped({"一.txt": TEXT.encode(), "b/c.json": as_json([item()])}),
    }


def read(
    *paths: Path, columns: Mapping[str, str] | None = None
) -> tuple[list[RawArticle], list[Problem]]:
    """The articles and the problems of ``paths``; every problem says something in both languages."""
    got = list(read_articles(paths, columns=columns))
    articles = [one for one in got if isinstance(one, RawArticle)]
    problems = [one for one in got if isinstance(one, Problem)]
    for problem in problems:
        assert problem.english.strip()
        assert problem.chinese.strip()
        assert problem.english != problem.chinese
    return articles, problems


def read_bytes(
    folder: Path, name: str, data: bytes | str, columns: Mapping[str, str] | None = None
) -> tuple[list[RawArticle], list[Problem]]:
    """What a file of these bytes gives."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read(path, columns=columns)


def only_problem(
    folder: Path, name: str, data: bytes | str, columns: Mapping[str, str] | None = None
) -> Problem:
    """The one problem of a file that gives no article, which names the file in both languages."""
    articles, problems = read_bytes(folder, name, data, columns)
    assert articles == []
    (problem,) = problems
    assert problem.lost
    assert str(folder / name) in problem.english
    assert str(folder / name) in problem.chinese
    return problem
