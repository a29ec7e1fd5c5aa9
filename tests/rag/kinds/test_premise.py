"""Figures that a question takes for granted and the article gives otherwise."""

from __future__ import annotations

import pytest

from index.text.language import Language
from rag.extractive.candidates import score_sentences
from rag.kinds.premise import contradicted, corrected
from tests.conftest import FakeReader
from tests.rag.conftest import ranked

TEXT = "首批12家企业入选名单。评审由专家进行。"


def wrong(question: str, text: str = TEXT):
    return contradicted(question, score_sentences(question, [ranked(text)], FakeReader()))


def test_another_figure_of_the_same_unit_is_named():
    found = wrong("首批入选名单的15家企业怎么评出来的？")
    assert found
    assert (found.asked, found.told) == ("15家", "12家")
    assert "“15家”" in corrected(found, Language.CHINESE)
    assert "“12家”" in corrected(found, Language.ENGLISH)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("首批入选名单的12家企业怎么评出来的？", TEXT),
        ("首批入选名单的15家企业怎么评出来的？", TEXT + "第二批有15家企业。"),
        ("首批入选名单的15台设备怎么评出来的？", TEXT),
        ("海棠小学的15家食堂在哪里？", TEXT),
        ("首批企业入选名单怎么评的？", TEXT),
    ],
)
def test_what_the_article_does_not_contradict(question, text):
    assert wrong(question, text) is None
