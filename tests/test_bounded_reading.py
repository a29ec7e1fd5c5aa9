"""What reads articles, replies and questions takes time that grows with the text, whatever it holds."""

from __future__ import annotations

from datetime import date

import pytest

from index.cleaning.clean import clean
from index.cleaning.newspaper_page import split_page
from index.duplicates.fingerprints import fingerprints
from index.records import Article, Layout, RawArticle, Span
from index.text.clauses import clauses_of
from index.text.dates.moments import find_moments
from index.text.dates.phrases import find_dates
from index.text.names import find_names, latin_words
from index.text.numbers.quantities import find_quantities
from index.text.script import fold_characters
from index.text.sentences import split_sentences
from index.text.terms import index_terms, question_phrases
from rag.generation.reply import ReplyReader
from rag.kinds.listed import blocks_of
from rag.markdown import escape_markdown
from rag.question.answer_type import expected_answer
from rag.question.limits import understand
from rag.question.parts import questions_in
from rag.question.sides import sides_in
from rag.suggestions import candidates
from rag.verification.claims import claims_nothing
from rag.verification.negation import denied
from rag.verification.reading import read
from tests.adversarial import MOST_GROWTH, growth

TODAY = date(2025, 10, 20)
SIZE = 2000


def _raw(text: str, layout: Layout = Layout.POST) -> RawArticle:
    return RawArticle("a", "渡轮", "", "2025/1/1", "青屿发布", text, layout=layout)


def _article(text: str) -> Article:
    return Article("a", "渡轮", "", TODAY, "青屿发布", text, "", "zh")


def _reply(text: str) -> None:
    reader = ReplyReader()
    for at in range(0, len(text), 8):
        list(reader.feed(text[at : at + 8]))
    list(reader.close())


READERS = {
    "quantities": find_quantities,
    "moments": find_moments,
    "dates": lambda text: find_dates(fold_characters(text), TODAY),
    "names": lambda text: find_names(text, english=False),
    "English names": lambda text: find_names(text, english=True),
    "Latin words": latin_words,
    "sentences": split_sentences,
    "clauses": clauses_of,
    "terms": index_terms,
    "phrases": question_phrases,
    "cleaning": lambda text: clean(_raw(text)),
    "cleaning of a page": lambda text: clean(_raw(text, Layout.PAGE)),
    "cutting of a page": lambda text: split_page(_raw(text, Layout.PAGE)),
    "fingerprints": lambda text: fingerprints(_article(text)),
    "claims": claims_nothing,
    "negation": lambda text: denied(text, text),
    "reading": read,
    "reply": _reply,
    "reply that is thought aloud": lambda text: _reply(f"思考过程：\n{text}"),
    "reply that quotes its thoughts": lambda text: _reply(f"> Thinking:\n> {text}"),
    "Markdown": escape_markdown,
    "suggestions": lambda text: candidates(_article(text)),
    "blocks": lambda text: blocks_of(_article(text)),
    "parts": questions_in,
    "sides": lambda text: sides_in(
        text, [Span(0, len(text) // 3), Span(len(text) // 2, len(text))]
    ),
    "limits": lambda text: understand(text, today=TODAY, accounts=["青屿发布", "海风"]),
    "expected answer": expected_answer,
}

RUNS = [
    *["千", "十", "1", "0.", "1,", "1-", "上", "A", "a ", "A.", "年1月", "“", "(", "[", "[1]"],
    *["来源：上海", "来源：上海\n", " ", "  \n", "。", "。\n", ".", "...", "，", "<think>", "记者"],
    *["■", "天天", "北京市", "王明表示", "Tom said ", "&amp;", "点击阅读原文", "a@b.c ", "三分之"],
    *["2025年9月24日", "in May ", "Q：", "云杉公司", "不", "¹", "*", "> ", "| "],
]


@pytest.mark.parametrize("name", READERS)
def test_the_time_to_read_a_text_grows_with_it_and_no_faster(name):
    slow = []
    for run in RUNS:

        def made(size: int, run: str = run) -> str:
            return f"起{run * (size // len(run))}止"

        found = growth(READERS[name], made, SIZE, grace=0.05)
        if found > MOST_GROWTH:
            slow.append((run, round(found, 1)))
    assert slow == []


@pytest.mark.parametrize("run", ["千", "十", "1", "0.", "1,", "A", "上"])
def test_what_stalled_the_process_is_read_at_once(run):
    text = f"{run * 4000}家企业"
    assert expected_answer("共有多少家企业？").is_exactly_in(text) in (True, False)
    assert growth(read, lambda size: text[: 2 * size], 2000, grace=0.5) == 0.0


def test_a_number_of_five_thousand_digits_is_none():
    assert [q.low for q in find_quantities(f"共{'1' * 5000}家企业，其中3家在岸边")] == [3]


def test_a_sentence_without_end_is_given_out_in_pieces():
    reader = ReplyReader()
    said = "".join(
        piece
        for at in range(0, 9000, 9)
        for piece in reader.feed("渡轮一直开往对岸的港")
        if isinstance(piece, str)
    )
    assert len(said) > 4000
