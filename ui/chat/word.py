"""A conversation as a Word document, with its sources as links."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.errors import JuwenError
from rag.records import Answer, Citation
from ui.chat.markup import safe_link
from ui.chat.turns import about

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def to_word(answers: Sequence[Answer]) -> bytes:
    """The file.

    Raises:
        JuwenError: the package that writes it is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise JuwenError(
            "a Word document needs a package that is not installed; run: pip install 'juwen[files]'",
            "导出 Word 文档需要的包尚未安装；请运行：pip install 'juwen[files]'",
        ) from error
    document = docx.Document()
    for answer in answers:
        _add(document, answer)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _add(document: Document, answer: Answer) -> None:
    document.add_heading(_clean(answer.question), level=2)
    if answer.short:
        bold = document.add_paragraph().add_run(_clean(answer.short.text))
        bold.bold = True
    if answer.lead:
        document.add_paragraph(_clean(answer.lead))
    for heading, sentences in answer.parts():
        if heading:
            document.add_heading(_clean(heading), level=3)
        said = (one.text + "".join(f" [{at}]" for at in one.markers) for one in sentences)
        document.add_paragraph(_clean(" ".join(said)))
    if not answer.sentences:
        document.add_paragraph(_clean(answer.said))
    for one in answer.citations:
        _add_source(document.add_paragraph(), one)


def _add_source(paragraph: Paragraph, one: Citation) -> None:
    paragraph.add_run(f"[{one.marker}] ")
    title, link = _clean(one.title or one.article_id), safe_link(one.url)
    if link:
        _add_link(paragraph, title, link)
    else:
        paragraph.add_run(title)
    paragraph.add_run(_clean(f" ({about(one)})"))


def _add_link(paragraph: Paragraph, text: str, link: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), paragraph.part.relate_to(link, _LINK, is_external=True))
    run = paragraph.add_run(text)
    run.font.underline = True
    element.append(run._r)
    paragraph._p.append(element)


def _clean(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")
