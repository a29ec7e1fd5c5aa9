from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from ui.chat.markup import fill, page_language, safe_link, text_language
from ui.language import speaking


def test_every_value_is_escaped():
    assert "&lt;b&gt;" in fill("problem", message="<b>")


def test_a_missing_value_is_no_empty_text():
    with pytest.raises(UndefinedError):
        fill("problem")


def test_languages_as_html_names_them():
    with speaking(chinese=True):
        assert page_language() == "zh-CN"
    with speaking(chinese=False):
        assert page_language() == "en"
    assert text_language("东岸大桥") == "zh-CN"
    assert text_language("Привет") == ""


@pytest.mark.parametrize("url", ["http://a.cn/x", "HTTPS://a.cn", " https://a.cn/?q=中文 "])
def test_web_addresses_are_followed(url):
    assert safe_link(url) == url.strip()
