"""What surrounds an article goes, and what is glued to it stays."""

from __future__ import annotations

import pytest

from index.cleaning.boilerplate import drop_boilerplate
from index.cleaning.draft import Draft
from index.duplicates.fingerprints import line_key

from .samples import clean_text


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


def test_a_contact_glued_to_a_prompt_stays():
    text = "长按扫描二维码进入报名页面垂询联系人：林老师 13800000000"
    assert clean_text(text) == "垂询联系人：林老师 13800000000"


def test_arrows_at_the_end_of_a_line_go():
    assert clean_text("一起来看↓↓\n大桥通车。") == "一起来看\n大桥通车。"


def test_boilerplate_goes_from_both_ends_and_stays_inside():
    keys = {line_key(line) for line in ("天天看渡轮", "编辑：小桥", "撰文：小舟")}
    lines = ["天天看渡轮", "渡轮开航。", "编辑：小桥", "票价五元。", "编辑：小桥", "撰文：小舟"]
    cleaned = drop_boilerplate(Draft.of("\n".join(lines)), keys)
    assert cleaned.text == "渡轮开航。\n编辑：小桥\n票价五元。"
    assert {change.rule for change in cleaned.changes} == {"drop_boilerplate"}
    assert drop_boilerplate(Draft.of("编辑：小桥\n撰文：小舟"), keys).text == ""
