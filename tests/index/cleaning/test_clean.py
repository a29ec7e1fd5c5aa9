"""Raw articles in, readable ones out."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cleaning.boilerplate import drop_boilerplate
from index.cleaning.clean import REASONS, RULES, clean, clean_draft
from index.cleaning.draft import Draft
from index.cleaning.metadata import clean_title, parse_date, split_column, take_credit
from index.duplicates.fingerprints import line_key
from index.records import Kind, Layout, Span
from index.text.language import Language
from tests.conftest import article

FRAGMENTS = (
    *("&nbsp;", "&amp;", "&amp;amp;", "&#38;", "&#x26;", "&lt;", "nbsp;", "&", "amp;", "#10;", ";"),
    *("&#0;", "&#xD800;", "&nGt;", "\r", "\n", "\r\n", " ", "\u00a0", "\u3000", "\u200b", "\ufeff"),
    *(
        "\x00",
        "\x1f",
        "\x85",
        "\u2028",
        "欢迎转发",
        "，但请注明出处",
        "“试验号”",
        "点击",
        "阅读原文",
    ),
    *(
        "左右滑动",
        "查看更多",
        "（",
        "）",
        "↓",
        "——",
        "END",
        "THE END",
        "来源：",
        "晚报",
        "大桥",
        "3.5%",
    ),
    *(
        "觉得不错",
        "点赞",
        "、在看",
        "扫描二维码",
        "关注我们",
        "请",
        "戳",
        "查看详情",
        "。",
        "！",
        "A",
        "1",
    ),
)
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=24).map("".join)


def clean_text(text: str) -> str:
    return clean_draft(Draft.of(text)).text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("甲&nbsp;乙", "甲 乙"),
        ("A&amp;T", "A&T"),
        ("A&amp;amp;amp;T", "A&T"),
        ("&amp;lt;b&amp;gt;", "<b>"),
        ("&#38;#38;#22823;桥", "大桥"),
        ("&ldquo;甲&rdquo;&mdash;&#x5927;", "“甲”—大"),
        ("见 http://x.example/?a=1&copy=2&lt=3", "见 http://x.example/?a=1&copy=2&lt=3"),
        ("R&D 与 P&L; 部", "R&D 与 P&L; 部"),
        ("&unknownthing;", "&unknownthing;"),
    ],
)
def test_entities_become_characters_however_often_they_were_escaped(raw, cleaned):
    assert clean_text(raw) == cleaned


def test_only_a_whole_entity_name_is_an_entity():
    assert clean_text("?a=1&copyright;") == "?a=1&copyright;"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("甲\r乙\r\n丙\n丁", "甲\n乙\n丙\n丁"),
        ("甲\u2028乙\u2029丙\x0b丁\x0c戊\x85己", "甲\n乙\n丙\n丁\n戊\n己"),
        ("甲\u00a0\u00a0乙\u3000丙\t丁", "甲 乙 丙 丁"),
        ("甲\u200b乙\ufeff丙\u202e丁\u00ad戊", "甲乙丙丁戊"),
        ("甲\x00乙\x07丙\x7f", "甲乙丙"),
        ("  甲  \r\r\r  乙  ", "甲\n乙"),
        ("", ""),
        ("\r\n\u200b &nbsp;", ""),
    ],
)
def test_line_ends_spaces_and_invisible_characters_are_made_one_kind(raw, cleaned):
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize(
    "footer",
    [
        "欢迎转发，但请注明出处“试验号”",
        "欢迎转载,请注明来源：《试验号》。",
        "敬请转发但请注明出处",
        "如果觉得文章不错，请点个赞、在看、转发！",
        "觉得不错点赞",
        "长按二维码，关注我们！",
        "扫描下方二维码关注公众号",
    ],
)
def test_a_footer_goes_and_the_facts_glued_to_it_stay(footer):
    assert clean_text(f"大桥全长3.2公里。{footer}") == "大桥全长3.2公里。"
    assert clean_text(f"大桥全长3.2公里。\r{footer}\r学校招生240名。") == (
        "大桥全长3.2公里。\n学校招生240名。"
    )
    assert clean_text(f"{footer}学校招生240名。").endswith("学校招生240名。")
    assert clean_text(footer) == ""


@pytest.mark.parametrize(
    "prompt",
    [
        "点击“阅读原文”查看详情",
        "点击阅读原文。",
        "↓↓ 请戳文末“阅读原文”，了解更多！",
        "点击下方阅读原文下载报名通知",
        "（左右滑动查看更多）",
        "<上下滑动查看全部图片>",
        "滑动查看更多内容",
        "左右滑动查看",
        "点击下方“阅读全文”查看线上发布页",
        "点击“阅读全文”进入H5页面",
        "（点击文末“阅读原文”可见）",
        "长按扫描二维码进入报名页面",
    ],
)
def test_a_prompt_goes_and_the_facts_glued_to_it_stay(prompt):
    assert clean_text(f"票价45元。{prompt}") == "票价45元。"
    assert clean_text(f"{prompt}\r票价45元。") == "票价45元。"


def test_lines_around_a_prompt_or_footer_stay_lines_of_their_own():
    for dropped in ("左右滑动查看更多", "（滑动查看更多）", "点击阅读原文", "觉得不错点赞"):
        assert clean_text(f"票价\n{dropped}\n四十五元") == "票价\n四十五元"


@pytest.mark.parametrize(
    "text",
    [
        "他把欢迎词转给了校长。",
        "滑动变阻器的阻值为20欧。",
        "这篇文章不错，值得点评。",
        "请点击量最高的三家网站说明来源。",
        "二维码支付占42.7%。",
        "阅读原文的学生有12名。",
        "更多政策可点击左下角“阅读原文”，进入政策库查看详情。",
        "请在报名页面（扫描二维码或点击“阅读原文”）填写信息。",
        "团员请扫描以上二维码加入小组",
        "报名从五月开始。扫描下方二维码即可报名，木工课等你来。",
        "扫描二维码或点击此处下载新版。",
    ],
)
def test_sentences_that_only_look_like_footers_stay(text):
    assert clean_text(text) == text


@pytest.mark.parametrize("mark", ["↓", "▼▼▼", "——", "------", "===", "END", "- THE END -", "· · ·"])
def test_a_line_that_is_only_a_mark_goes(mark):
    assert clean_text(f"甲。\n{mark}\n乙。") == "甲。\n乙。"
    assert clean_text(f"甲 {mark} 乙") == f"甲 {mark} 乙"


@pytest.mark.parametrize(
    ("text", "rest", "source"),
    [
        ("转载自：晚报\n今天开园。", "今天开园。", "晚报"),
        ("今天开园。\n（来源：海棠日报）", "今天开园。", "海棠日报"),
        ("Source: Evening Post\nIt opened.", "It opened.", "Evening Post"),
        ("本文转自: 青屿发布 \n甲。", "甲。", "青屿发布"),
        ("甲。\n来源：晚报\n乙。", "甲。\n来源：晚报\n乙。", ""),
        ("来源：晚报记者说，大桥通了。随后放行。", "来源：晚报记者说，大桥通了。随后放行。", ""),
        ("来源：晚报", "", "晚报"),
        ("", "", ""),
    ],
)
def test_the_credit_in_the_first_or_last_line_becomes_the_source(text, rest, source):
    draft, found = take_credit(Draft.of(text))
    assert (draft.text, found) == (rest, source)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  大桥\r\n通车&nbsp; ", "大桥 通车"),
        ("A&amp;amp;B\u200b", "A&B"),
        ("", ""),
        ("欢迎转发", "欢迎转发"),
    ],
)
def test_a_title_is_one_clean_line(raw, cleaned):
    assert clean_title(raw) == cleaned


@pytest.mark.parametrize(
    "written",
    [
        "2025/9/4",
        "2025-09-04",
        "2025.9.4",
        "2025年9月4日",
        " 2025 / 9 / 4 ",
        "2025/9/4 08:30",
        "2025-09-04T08:30",
    ],
)
def test_a_date_is_read_in_the_usual_ways_of_writing(written):
    assert parse_date(written) == date(2025, 9, 4)


@pytest.mark.parametrize("written", ["", " ", "\n"])
def test_no_date_is_no_date(written):
    assert parse_date(written) is None


@pytest.mark.parametrize(
    "written",
    ["昨天", "2025/13/1", "2025/2/29", "0000/1/1", "2025", "25/9/4", "2025/9/41", "9/4/2025"],
)
def test_what_is_no_date_costs_the_article_only_its_date(written):
    with pytest.raises(ValueError, match=r"is not a date|month|day|year|range"):
        parse_date(written)
    result = clean(article("a", "甲。", time=written))
    cleaned, (problem,) = result.article, result.problems
    assert cleaned.date is None
    assert cleaned.text == "甲。"
    assert not problem.lost
    assert repr(written) in problem.english
    assert repr(written) in problem.chinese


def test_an_article_is_cleaned_in_all_its_fields():
    raw = article(
        "a1",
        "转载自：晚报\r大桥全长3.2公里。\r欢迎转发，但请注明出处“试验号”",
        title="大桥&nbsp;通车\n",
        time="2025/6/20",
        account=" 试验号 ",
        url=" https://example.com/1 ",
    )
    result = clean(raw)
    cleaned = result.article
    assert result.problems == ()
    assert {change.rule for change in result.changes} == {"take_credit", "drop_footers"}
    assert (cleaned.article_id, cleaned.title) == ("a1", "大桥 通车")
    assert (cleaned.account, cleaned.url) == ("试验号", "https://example.com/1")
    assert (cleaned.text, cleaned.source) == ("大桥全长3.2公里。", "晚报")
    assert cleaned.date == date(2025, 6, 20)
    assert cleaned.language == Language.CHINESE


def test_an_article_without_text_is_kept_for_its_title_and_has_the_language_of_that():
    result = clean(article("a", "\r&nbsp;\r——", title="Summer power in one picture"))
    cleaned = result.article
    assert (cleaned.text, cleaned.language) == ("", Language.ENGLISH)
    assert cleaned.kind is Kind.IMAGE_ONLY
    assert result.problems == ()


@given(TEXTS)
def test_cleaning_what_is_clean_changes_nothing(text):
    once = clean_text(text)
    assert clean_text(once) == once


@given(TEXTS)
def test_cleaning_never_makes_a_text_longer(text):
    assert len(clean_text(text)) <= len(text)


@given(TEXTS)
def test_no_control_character_and_no_untrimmed_or_empty_line_is_left(text):
    cleaned = clean_text(text)
    left = {c for c in cleaned if unicodedata.category(c) in ("Cc", "Zl", "Zp")}
    assert left <= {"\n"}
    assert all(line and line == line.strip() for line in cleaned.split("\n") if cleaned)


@given(TEXTS)
def test_any_article_can_be_cleaned(text):
    cleaned = clean(article("a", text, title=text[:10], time=text[:10])).article
    assert "\n" not in cleaned.title


@pytest.mark.parametrize("unit", ["\n", "↓", "点击", "点击阅读原文", "&amp;", "(", "—"])
def test_long_runs_between_two_words_leave_the_words(unit):
    # Patterns that look back over a run take minutes here; the test then hangs rather than passes.
    cleaned = clean_text("甲" + unit * 60_000 + "乙")
    assert cleaned.startswith("甲")
    assert cleaned.endswith("乙")


def test_a_contact_glued_to_a_prompt_stays():
    text = "长按扫描二维码进入报名页面垂询联系人：林老师 13800000000"
    assert clean_text(text) == "垂询联系人：林老师 13800000000"


def test_arrows_at_the_end_of_a_line_go():
    assert clean_text("一起来看↓↓\n大桥通车。") == "一起来看\n大桥通车。"


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("东岸大桥月底正式通车｜城市动态", ("东岸大桥月底正式通车", "城市动态")),
        ("新药获批进入临床试验阶段 | 产业观察", ("新药获批进入临床试验阶段", "产业观察")),
        ("古镇新开三家民宿客栈|走街·串巷", ("古镇新开三家民宿客栈", "走街·串巷")),
        ("渡口迎来首班电动渡轮︱水上", ("渡口迎来首班电动渡轮", "水上")),
        (
            "Ferry opens on Friday morning | City News",
            ("Ferry opens on Friday morning", "City News"),
        ),
        ("倒计时1天｜2025渡轮文化节", ("倒计时1天｜2025渡轮文化节", "")),
        (
            "大桥通车｜全长三公里，双向六车道，月底开放",
            ("大桥通车｜全长三公里，双向六车道，月底开放", ""),
        ),
        ("大桥通车", ("大桥通车", "")),
        ("｜动态", ("｜动态", "")),
    ],
)
def test_the_column_at_the_end_of_a_title_is_split_off(title, parts):
    assert split_column(title) == parts


TABLE = (
    "入选名单\n序号\n名称\n所属区\n1\n云杉机械\n东岸区\n2\n海棠食品\n西岸区\n3\n青屿船厂\n西岸区"
)


def test_the_rows_of_a_table_written_one_cell_a_line_are_put_together():
    assert clean_text(f"{TABLE}\n公示七天。").split("\n") == [
        "入选名单",
        "序号 名称 所属区",
        "1 云杉机械 东岸区",
        "2 海棠食品 西岸区",
        "3 青屿船厂 西岸区",
        "公示七天。",
    ]


def test_a_row_that_lacks_a_cell_does_not_shift_the_next():
    text = TABLE.replace("海棠食品\n西岸区", "海棠食品")
    assert "2 海棠食品\n3 青屿船厂 西岸区" in clean_text(text)


@pytest.mark.parametrize(
    "text", ["序号\n1\n2", "序号\n名称\n1\n甲厂", "编号\n甲\n乙\n1\n丙\n丁", "1\n2\n3", "序号"]
)
def test_what_is_no_table_stays_as_it_is(text):
    assert clean_text(text) == text


def test_every_rule_has_a_reason_and_every_reason_a_rule():
    rules = {rule.__name__ for rule in RULES}
    elsewhere = {drop_boilerplate.__name__, take_credit.__name__}
    assert set(REASONS) == rules | elsewhere


def test_boilerplate_goes_from_both_ends_and_stays_inside():
    keys = {line_key(line) for line in ("天天看渡轮", "编辑：小桥", "撰文：小舟")}
    lines = ["天天看渡轮", "渡轮开航。", "编辑：小桥", "票价五元。", "编辑：小桥", "撰文：小舟"]
    cleaned = drop_boilerplate(Draft.of("\n".join(lines)), keys)
    assert cleaned.text == "渡轮开航。\n编辑：小桥\n票价五元。"
    assert {change.rule for change in cleaned.changes} == {"drop_boilerplate"}
    assert drop_boilerplate(Draft.of("编辑：小桥\n撰文：小舟"), keys).text == ""


def test_a_credit_at_either_end_goes_until_none_is_left():
    draft, source = take_credit(Draft.of("转载自：晚报\n来源：日报\n开园。\n来源：画报"))
    assert (draft.text, source) == ("开园。", "晚报")


@given(TEXTS)
def test_every_span_of_a_cleaned_text_maps_back(text):
    draft = clean_draft(Draft.of(text), Layout.PAGE)
    assert len(draft.text) == len(draft.origins) == len(draft.ends)
    for at, character in enumerate(draft.text):
        raw = draft.raw_span(Span(at, at + 1))
        assert 0 <= raw.start < raw.end <= len(text)
        if character.isalnum() and "&" not in text:
            assert character in raw.of(text)


@given(TEXTS)
def test_every_change_names_a_rule_and_raw_words(text):
    for change in clean_draft(Draft.of(text)).changes:
        assert change.rule in REASONS
        assert 0 <= change.span.start < change.span.end <= len(text)
