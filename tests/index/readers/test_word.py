"""Word documents: their text in order, and what is refused about them."""

from __future__ import annotations

import importlib.util
import io

import docx as python_docx
import pytest

from index.readers.workers import office_zip, word_numbers, word_text

from .samples import TEXT, docx, only_problem, pdf, read, read_bytes, unzipped, with_part, zipped

CONTENT = f"夜航\n{TEXT}\n甲 | 乙\n丙 | 丁\n表后一句。"
PART = "word/document.xml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def extract(data: bytes, chars: int = 10_000) -> dict:
    return word_text.extract(data, chars, 100)


def body(xml: str) -> bytes:
    """A document with this body."""
    names = f'xmlns:w="{WORD}" '
    names += 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return with_part(
        docx(), PART, f"<w:document {names}><w:body>{xml}</w:body></w:document>".encode()
    )


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_paragraphs_and_tables_come_in_the_order_of_the_document(tmp_path):
    (article,), problems = read_bytes(tmp_path, "渡轮.docx", docx(title="渡轮夜航"))
    assert problems == []
    assert article.content == CONTENT
    assert (article.article_id, article.title, article.time) == ("渡轮", "渡轮夜航", "")


def test_without_a_title_it_is_the_first_heading_and_else_the_stem(tmp_path):
    assert extract(docx())["title"] == "夜航"
    assert read_bytes(tmp_path, "渡轮.docx", docx(heading=""))[0][0].title == "渡轮"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:p>{run('甲')}<w:ins>{run('乙')}</w:ins><w:del><w:r><w:delText>丙</w:delText></w:r></w:del></w:p>", "甲乙"),
        (f"<w:sdt><w:sdtContent><w:p>{run('甲')}</w:p></w:sdtContent></w:sdt><w:p>{run('乙')}</w:p>", "甲\n乙"),
        (f"<w:p><w:hyperlink>{run('甲')}</w:hyperlink><w:r><w:tab/><w:t>乙</w:t><w:br/></w:r>{run('丙')}</w:p>", "甲\t乙\n丙"),
        (f"<w:p><mc:AlternateContent><mc:Choice>{run('甲')}</mc:Choice><mc:Fallback>{run('甲')}</mc:Fallback></mc:AlternateContent></w:p>", "甲"),
        (f"<w:tbl><w:tr><w:tc><w:p>{run('甲')}</w:p><w:tbl><w:tr><w:tc><w:p>{run('乙')}</w:p></w:tc></w:tr></w:tbl></w:tc><w:tc><w:p>{run('丙')}</w:p></w:tc></w:tr></w:tbl>", "甲 乙 | 丙"),
    ],
)  # fmt: skip
def test_text_is_found_wherever_word_puts_it_and_once(xml, text):
    assert extract(body(xml))["text"] == text


def test_a_document_without_text_is_refused(tmp_path):
    assert "holds no text" in only_problem(tmp_path, "a.docx", body("<w:p/>")).english


def laughs() -> bytes:
    """XML whose entities, each ten of the one before, unfold to 10^9 words."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{levels}]><d>&l9;</d>'
    return xml.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_anything_is_parsed(tmp_path, encoding):
    data = with_part(docx(), PART, laughs().decode().encode(encoding))
    assert "entities" in only_problem(tmp_path, "a.docx", data).english


def test_a_document_that_unpacks_to_too_much_is_refused(monkeypatch):
    assert extract(with_part(docx(), "word/x.xml", b" " * (65 * 2**20))) == {"fault": "bomb"}
    monkeypatch.setattr(office_zip, "MAX_UNPACKED_BYTES", 2**20)
    assert extract(with_part(docx(), "word/media/x.png", b" " * 2**21)) == {"fault": "bomb"}


def test_a_document_of_more_tags_than_a_tree_has_room_for_is_refused():
    tags = b"<w:p/>" * 6_000_001
    assert len(tags) < office_zip.MAX_XML_BYTES
    assert extract(with_part(docx(), PART, tags)) == {"fault": "bomb"}


def test_too_much_text_is_refused():
    assert extract(docx(), chars=20) == {"fault": "long"}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "damaged"),
        (b"text", "damaged"),
        (pdf([TEXT]), "damaged"),
        (zipped({"a.txt": b"x"}), "damaged"),
        (docx()[:-200], "damaged"),
        (zipped({n: d for n, d in unzipped(docx()).items() if n != PART}), "damaged"),
        (with_part(docx(), PART, b"<w:document"), "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old or encrypted"),
    ],
)
def test_what_is_no_word_document_is_refused(data, fault):
    assert extract(data) == {"fault": fault}


def test_without_the_extra_the_way_to_install_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "needs python-docx" in only_problem(tmp_path, "a.docx", docx()).english


M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def text_of(xml: str, **parts: str) -> str:
    return extract(with_parts(xml, **parts))["text"]


def with_parts(xml: str, **parts: str) -> bytes:
    """A document with this body, and parts of it by their names."""
    data = body(xml)
    kinds = {"numbering": "numbering", "footnotes": "footnotes", "endnotes": "endnotes"}
    relations, types = (
        unzipped(data)["word/_rels/document.xml.rels"],
        unzipped(data)["[Content_Types].xml"],
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    for name, content in parts.items():
        data = with_part(
            data, f"word/{name}.xml", f'<w:{name} xmlns:w="{WORD}">{content}</w:{name}>'.encode()
        )
        if name.encode() not in relations:
            relations = relations.replace(
                b"</Relationships>",
                f'<Relationship Id="x{name}" Type="{office}/{kinds[name]}" Target="{name}.xml"/></Relationships>'.encode(),
            )
            types = types.replace(
                b"</Types>",
                f'<Override PartName="/word/{name}.xml" ContentType="application/xml"/></Types>'.encode(),
            )
    return with_part(
        with_part(data, "word/_rels/document.xml.rels", relations), "[Content_Types].xml", types
    )


def level(number: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbered(text: str, at: int = 0, number: str = "1") -> str:
    properties = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>"


LIST = '<w:abstractNum w:abstractNumId="7">{}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'


def test_paragraphs_that_word_numbers_have_their_numbers():
    levels = level(0, "chineseCountingThousand", "第%1章") + level(
        1, "decimal", "%1.%2", "<w:isLgl/>"
    )
    xml = (
        numbered("总则")
        + numbered("目的", 1)
        + numbered("范围", 1)
        + numbered("罚则")
        + numbered("罚款", 1)
    )
    assert (
        text_of(xml, numbering=LIST.format(levels))
        == "第一章 总则\n1.1 目的\n1.2 范围\n第二章 罚则\n2.1 罚款"
    )


def test_a_bullet_is_no_number_and_a_list_goes_on_behind_other_text():
    xml = numbered("甲") + f"<w:p>{run('间')}</w:p>" + numbered("乙")
    assert text_of(xml, numbering=LIST.format(level(0, "bullet", "•"))) == "甲\n间\n乙"
    brackets = level(0, "chineseCounting", "（%1）", '<w:suff w:val="nothing"/>')
    assert text_of(xml, numbering=LIST.format(brackets)) == "（一）甲\n间\n（二）乙"


def test_a_list_starts_anew_where_it_says_so():
    again = '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    lists = LIST.format(level(0, "decimalEnclosedCircle", "%1")) + again
    xml = numbered("甲") + numbered("乙") + numbered("丙", number="2") + numbered("丁", number="2")
    assert text_of(xml, numbering=lists) == "① 甲\n② 乙\n① 丙\n② 丁"


def test_a_style_numbers_its_paragraphs_and_a_paragraph_may_refuse():
    styles = (
        '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="条"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="U"><w:name w:val="款"/><w:basedOn w:val="T"/></w:style>'
    )
    lists = LIST.format(level(0, "chineseLegalSimplified", "%1、"))
    styled = '<w:p><w:pPr><w:pStyle w:val="{}"/>{}</w:pPr>{}</w:p>'
    refused = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    xml = (
        styled.format("T", "", run("甲"))
        + styled.format("U", "", run("乙"))
        + styled.format("T", refused, run("丙"))
    )
    assert text_of(xml, numbering=lists, styles=styles) == "壹、 甲\n贰、 乙\n丙"


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (10, "chineseCounting", "十"), (21, "chineseCountingThousand", "二十一"), (103, "japaneseCounting", "一百零三"),
        (110, "chineseCounting", "一百一十"), (1001, "chineseCounting", "一千零一"), (12, "chineseLegalSimplified", "壹拾贰"),
        (205, "ideographDigital", "二〇五"), (4, "lowerRoman", "iv"), (1949, "upperRoman", "MCMXLIX"), (27, "lowerLetter", "aa"),
        (21, "decimalEnclosedCircle", "㉑"), (3, "ideographTraditional", "丙"), (22, "ordinal", "22nd"), (5, "decimalZero", "05"),
        (7, "unknown", "7"), (12, "decimalFullWidth", "１２"), (2, "ideographEnclosedCircle", "㊁"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_word_writes_them(number, form, said):
    assert word_numbers.written(number, form) == said


def test_moved_and_deleted_text_is_left_out_in_any_form():
    moved = f"<w:p><w:moveFrom>{run('旧处')}</w:moveFrom></w:p><w:p><w:moveTo>{run('新处')}</w:moveTo></w:p>"
    assert text_of(moved).strip() == "新处"
    struck = "<w:r><w:rPr><w:strike/></w:rPr><w:t>八百</w:t></w:r>"
    double = "<w:r><w:rPr><w:dstrike w:val='1'/></w:rPr><w:t>九百</w:t></w:r>"
    spared = "<w:r><w:rPr><w:strike w:val='0'/></w:rPr><w:t>一千</w:t></w:r>"
    found = extract(body(f"<w:p>{struck}{double}{spared}{run('万元')}</w:p>"))
    assert (found["text"], found["unread"]) == ("一千万元", {"struck": 2})


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    mark = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
    assert (
        text_of(f"<w:p>{mark}{run('甲')}</w:p><w:p>{run('乙')}</w:p><w:p>{run('丙')}</w:p>")
        == "甲乙\n丙"
    )


def test_a_table_row_that_was_deleted_is_left_out():
    row = "<w:tr>{}<w:tc><w:p>{}</w:p></w:tc></w:tr>"
    xml = f"<w:tbl>{row.format('<w:trPr><w:del/></w:trPr>', run('甲'))}{row.format('', run('乙'))}</w:tbl>"
    assert text_of(xml) == "乙"


def test_hidden_text_is_left_out_and_counted():
    styles = '<w:style w:type="character" w:styleId="H"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr></w:style>'
    hidden = '<w:r><w:rPr><w:rStyle w:val="H"/></w:rPr><w:t>暗</w:t></w:r>'
    shown = '<w:r><w:rPr><w:rStyle w:val="H"/><w:vanish w:val="false"/></w:rPr><w:t>明</w:t></w:r>'
    found = extract(
        with_parts(
            f"<w:p>{hidden}{shown}<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r></w:p>",
            styles=styles,
        )
    )
    assert (found["text"], found["unread"]) == ("明", {"hidden": 2})


def looked(properties, text="暗"):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


BLUE, AUTOMATIC = '<w:highlight w:val="blue"/>', '<w:color w:val="auto"/>'
SMALL = '<w:sz w:val="8"/>'
WHITE = '<w:color w:val="FFFFFF"/>'
FILLED = '<w:shd w:val="clear" w:color="auto" w:fill="{}"/>'
BEHIND = '<w:r><w:drawing><wp:anchor xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" behindDoc="1"/></w:drawing></w:r>'


@pytest.mark.parametrize(
    "xml",
    [
        looked(WHITE),
        looked('<w:color w:val="fefefe" w:themeColor="background1"/>'),
        looked('<w:sz w:val="2"/>'),
        looked(f'<w:color w:val="1F4E79"/>{FILLED.format("1F4E79")}'),
        looked(f'<w:highlight w:val="white"/>{WHITE}'),
    ],
)
def test_what_cannot_be_told_from_the_paper_is_left_out_and_counted(xml):
    found = extract(body(f"<w:p>{run('明')}{xml}</w:p>"))
    assert (found["text"], found["unread"]) == ("明", {"hidden": 1})


@pytest.mark.parametrize(
    "xml",
    [
        f"<w:p>{looked(WHITE + FILLED.format('1F4E79'))}</w:p>",
        f"<w:p>{looked(BLUE + WHITE)}</w:p>",
        f"<w:p><w:pPr>{FILLED.format('000000')}</w:pPr>{looked(WHITE)}</w:p>",
        f"<w:tbl><w:tr><w:tc><w:p>{looked(WHITE)}</w:p></w:tc></w:tr></w:tbl>",
        f"<w:p>{BEHIND}{looked(WHITE)}</w:p>",
        f"<w:p>{looked(AUTOMATIC)}</w:p>",
        f"<w:p>{looked(SMALL)}</w:p>",
    ],
)
def test_white_text_on_another_ground_is_seen(xml):
    found = extract(body(xml))
    assert (found["text"].strip(), found["unread"]) == ("暗", {})


def test_notes_stand_below_the_paragraph_that_they_belong_to():
    reference = '<w:r><w:{}Reference w:id="{}"/></w:r>'
    note = '<w:{0} w:id="{1}"><w:p>{2}</w:p></w:{0}>'
    xml = f"<w:p>{run('上限八百万元')}{reference.format('footnote', 2)}{run('。')}{reference.format('endnote', 5)}</w:p><w:p>{run('后')}</w:p>"
    xml += f"<w:p>{run('Limit')}{reference.format('footnote', 3)}</w:p>"
    notes = {
        "footnotes": note.format("footnote", 2, run("高校除外。"))
        + note.format("footnote", 3, run("Not for schools.")),
        "endnotes": note.format("endnote", 5, run("财政局解释。"))
        + note.format("endnote", 9, run("无人引用")),
    }
    assert text_of(xml, **notes) == (
        "上限八百万元〔注1〕。〔注2〕\n〔注1〕 高校除外。\n〔注2〕 财政局解释。\n后\nLimit[note 3]\n[note 3] Not for schools."
    )


def test_a_note_in_a_table_stands_below_its_row():
    cell = f"<w:tc><w:p>{run('甲')}<w:r><w:footnoteReference w:id='2'/></w:r></w:p></w:tc><w:tc><w:p>{run('乙')}</w:p></w:tc>"
    notes = f"<w:footnote w:id='2'><w:p>{run('暂定')}</w:p></w:footnote>"
    assert (
        text_of(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>", footnotes=notes)
        == "甲〔注1〕 | 乙\n〔注1〕 暂定"
    )


def formula(xml: str) -> str:
    return text_of(f'<w:p>{run("当")}<m:oMath xmlns:m="{M}">{xml}</m:oMath></w:p>').removeprefix(
        "当"
    )


def math(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (math("a+b=c"), "a+b=c"),
        (f"<m:f><m:num>{math('a+b')}</m:num><m:den>{math('2')}</m:den></m:f>", "(a+b)/2"),
        (f"<m:sSup><m:e>{math('x')}</m:e><m:sup>{math('2')}</m:sup></m:sSup>", "x^2"),
        (f"<m:sSubSup><m:e>{math('x')}</m:e><m:sub>{math('i')}</m:sub><m:sup>{math('n-1')}</m:sup></m:sSubSup>", "x_i^(n-1)"),
        (f"<m:rad><m:deg>{math('3')}</m:deg><m:e>{math('x')}</m:e></m:rad>", "3√x"),
        (f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{math('i=1')}</m:sub><m:sup>{math('n')}</m:sup><m:e>{math('k')}</m:e></m:nary>", "∑_(i=1)^n k"),
        (f"<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=']'/></m:dPr><m:e>{math('a')}</m:e><m:e>{math('b')}</m:e></m:d>", "[a|b]"),
        (f"<m:func><m:fName>{math('sin')}</m:fName><m:e>{math('x')}</m:e></m:func>", "sin x"),
        (f"<m:limLow><m:e>{math('lim')}</m:e><m:lim>{math('n→∞')}</m:lim></m:limLow>", "lim_(n→∞)"),
        (f"<m:m><m:mr><m:e>{math('1')}</m:e><m:e>{math('2')}</m:e></m:mr><m:mr><m:e>{math('3')}</m:e><m:e>{math('4')}</m:e></m:mr></m:m>", "1, 2; 3, 4"),
    ],
)  # fmt: skip
def test_formulas_are_lines_of_text(xml, text):
    assert formula(xml) == text


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑"),
        ('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "α"),
        ('<w:r><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>&#xF0B3;5</w:t></w:r>', "≥5"),
        ('<w:r><w:sym w:font="SomeFont" w:char="F0AA"/></w:r>', ""),
        ('<w:r><w:sym w:font="Wingdings" w:char="zz"/></w:r>', ""),
    ],
)
def test_signs_of_fonts_are_characters(xml, text):
    assert text_of(f"<w:p>{run('甲')}{xml}</w:p>") == f"甲{text}"


def test_a_word_with_its_reading_above_it_stays_a_word():
    ruby = (
        f"<w:r><w:ruby><w:rt>{run('lín')}</w:rt><w:rubyBase>{run('临')}</w:rubyBase></w:ruby></w:r>"
    )
    assert text_of(f"<w:p>{ruby}{run('江市')}</w:p>") == "临江市"


def test_a_text_box_stands_below_the_paragraph_that_holds_it():
    box = f"<w:txbxContent><w:p>{run('框一')}</w:p><w:p>{run('框二')}</w:p></w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    assert (
        text_of(f"<w:p>{run('前')}<w:r>{both}</w:r>{run('后')}</w:p><w:p>{run('末')}</w:p>")
        == "前后\n框一\n框二\n末"
    )


def test_a_merged_cell_stands_in_every_row_and_once_across():
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(text) if text else ''}</w:p></w:tc>"

    first, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide = '<w:gridSpan w:val="2"/>'
    rows = [
        cell("企业", wide) + cell("产值"),
        cell("甲类", first) + cell("大禾") + cell("12"),
        cell("", on) + cell("青石") + cell("8"),
        cell("合计", wide) + cell("20"),
    ]
    xml = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    assert (
        text_of(f"<w:tbl>{xml}</w:tbl>")
        == "企业 | 产值\n甲类 | 大禾 | 12\n甲类 | 青石 | 8\n合计 | 20"
    )


def test_what_is_no_text_is_counted_and_said_once(tmp_path):
    picture = '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"/>'
    inserted = '<o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" ProgID="{}"/>'
    xml = f"<w:p>{run('甲')}<w:r><w:drawing>{picture}</w:drawing></w:r><w:r><w:object>{inserted.format('Equation.3')}</w:object></w:r>"
    xml += f"<w:r><w:object>{inserted.format('Excel.Sheet.12')}</w:object></w:r></w:p>"
    assert extract(body(xml))["unread"] == {"pictures": 1, "formulas": 1, "attachments": 1}
    for name in ("a.docx", "b.docx"):
        (tmp_path / name).write_bytes(body(xml))
    articles, problems = read(tmp_path)
    assert len(articles) == 2
    assert all(problem.harmless for problem in problems)
    assert [problem.english[:28] for problem in problems] == [
        "2 pictures in documents are ", "2 formulas that are pictures", "2 files embedded in document",
    ]  # fmt: skip
    assert problems[0].details == (f"{tmp_path}/a.docx: 1", f"{tmp_path}/b.docx: 1")


def test_a_document_of_pictures_alone_is_refused_with_the_way_out(tmp_path):
    picture = '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"/>'
    problem = only_problem(
        tmp_path, "a.docx", body(f"<w:p><w:r><w:drawing>{picture}</w:drawing></w:r></w:p>")
    )
    assert "only pictures or the like (1)" in problem.english


def test_headers_and_footers_that_say_something_are_counted():
    document = python_docx.Document(io.BytesIO(docx()))
    document.sections[0].header.paragraphs[0].text = "临江市人民政府文件"
    document.sections[0].footer.paragraphs[0].text = "第1页 共3页"
    made = io.BytesIO()
    document.save(made)
    found = extract(made.getvalue())
    assert found["unread"] == {"margins": 1}
    assert "人民政府" not in found["text"]
