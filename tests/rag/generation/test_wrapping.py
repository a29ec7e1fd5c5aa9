"""What a reply is wrapped in is no part of it."""

from __future__ import annotations

import json

import pytest

from rag.generation.reply import ReplyReader
from rag.verification.cited_sentences import Written

FACT, LENGTH = "大桥通车了。", "全长3.2公里。"
BOTH = [(FACT, (1,)), (LENGTH, (2,))]
TEXT = f"{FACT}[1]\n{LENGTH}[2]"


def read(reply, width):
    reader = ReplyReader()
    pieces = [reply[at : at + width] for at in range(0, len(reply), width)]
    parts = [*(part for piece in pieces for part in reader.feed(piece)), *reader.close()]
    return [(p.text, p.markers) for p in parts if isinstance(p, Written)]


def as_json(value):
    return json.dumps(value, ensure_ascii=False)


WRAPPED = [
    (f"```markdown\n{TEXT}\n```", BOTH),
    (f"```\n{TEXT}\n```\n", BOTH),
    (f"~~~text\n{TEXT}\n~~~", BOTH),
    (f"好的。\n```\n{TEXT}\n```", [("好的。", ()), *BOTH]),
    (f"<answer>{TEXT}</answer>", BOTH),
    (f"<think>看引文。</think>\n```\n{TEXT}\n```", BOTH),
    (f"## 回答\n\n{TEXT}", BOTH),
    (f"**答案**：{TEXT}", BOTH),
    (f"答案：{TEXT}", BOTH),
    (f"Final answer: {TEXT}", BOTH),
    (f"{FACT}[1]\n---\n{LENGTH}[2]", BOTH),
    (f"- {FACT}[1]\n- {LENGTH}[2]", BOTH),
    (f"`{FACT}`[1]\n{LENGTH}[2]", BOTH),
    (
        "| 项目 | 内容 |\n|---|:---:|\n| 通车 | 6月28日[1] |\n| 全长 | 3.2公里[2] |",
        [("通车：6月28日", (1,)), ("全长：3.2公里", (2,))],
    ),
    (
        f"{FACT}[1]\n| 全长 | 3.2公里[2] |\n{LENGTH}",
        [(FACT, (1,)), ("全长：3.2公里", (2,)), (LENGTH, ())],
    ),
    (f"{TEXT}\n\n[^1]: 试验号，2025-06-20\n[^2]: https://example.com/a", BOTH),
    (f"{TEXT}\n\n参考资料：\n[1] 大桥通车\n[2] 大桥全长", BOTH),
    (f"{TEXT}\n\n**Sources:**\n1. [大桥](https://example.com/a) - page 2", BOTH),
    (f"{TEXT}\n来源：试验号，2025-06-20", BOTH),
    (f"{TEXT}\n\n**引用：**\n- [1] 大桥月底通车\n- [2] 大桥全长", BOTH),
    (f"{TEXT}\n\n希望以上信息对您有帮助！", BOTH),
    (f"{TEXT}\n\nI hope this helps!", BOTH),
    (f"<|begin_of_box|>{TEXT}<|end_of_box|>", BOTH),
    (as_json({"answer": TEXT}), BOTH),
    (f"```json\n{as_json({'answer': TEXT})}\n```", BOTH),
    (as_json({"thought": "看引文。", "answer": FACT, "citations": [1]}), BOTH[:1]),
    (as_json({"回答": FACT, "引用": ["[1]"]}), BOTH[:1]),
    (as_json([{"sentence": FACT, "source": 1}, {"sentence": LENGTH, "source": 2}]), BOTH),
    (as_json({"answer": TEXT})[:-2], BOTH),
    (f"<p>{FACT}[1]</p>\n<p>{LENGTH}[2]</p>", BOTH),
    (f"$${FACT}$$", [(FACT, ())]),
    (f"\\boxed{{{FACT}}}", [(FACT, ())]),
    (f"{TEXT}\n***\n*以上内容仅供参考*", BOTH),
    ("{甲}是集合。", [("{甲}是集合。", ())]),
    ("来源：市产业基金。", [("来源：市产业基金。", ())]),
]


@pytest.mark.parametrize(("reply", "sentences"), WRAPPED)
@pytest.mark.parametrize("width", [1, 3, 1000])
def test_the_sentences_are_what_they_are_without_the_wrapping(reply, sentences, width):
    assert read(reply, width) == sentences
