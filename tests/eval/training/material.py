"""Invented articles and questions, in memory and as the folder that training reads."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from eval.training.examples import Example, is_held_out
from eval.training.public_sets import Text


def named(stem: str, held: bool) -> str:
    """The first name that is, or is not, kept from training: ``stem0``, ``stem1`` …"""
    return next(name for at in count() if is_held_out(name := f"{stem}{at}") == held)


TEXTS = (
    Text(
        named("bridge", False),
        "东岸大桥月底通车",
        "东岸大桥将于2025年6月28日正式通车，全长3.2公里，总投资18.6亿元。\n"
        "市交通局局长温如玉表示，大桥由云杉路桥公司承建，前后用了41个月。\n"
        "通车仪式将在青屿体育中心举行，届时约1200名市民参加。桥上设有观景台、自行车道和灯光秀等设施。\n"
        "由于去年连续降雨，工程比原计划推迟了3个月。市民可通过青屿通小程序预约首日上桥。",
    ),
    Text(
        named("school", False),
        "海棠小学秋季招生",
        "海棠小学今年招收新生240名，比去年增加了30名。校长陈放介绍，学校新开了木工课和陶艺课。\n"
        "报名时间为5月8日至5月12日，家长可拨打0555-6123456咨询。\n"
        "据介绍，学校图书馆藏书达到3.5万册，其中《青屿童谣集》是师生一起编写的。\n"
        "为了让孩子多运动，学校每天下午安排40分钟的户外活动。",
    ),
    Text(
        named("factory", False),
        "云杉机械新工厂投产",
        "云杉机械公司近日宣布，新工厂年产机器人5000台，用了42.7%的国产零件。\n"
        "总经理郭梅说，第二期工程将于2026年3月启动，计划投资6.4亿元。\n"
        "新工厂位于青屿高新产业园区，占地120亩。工厂的主要产品包括搬运机器人、焊接机器人、喷涂机器人等。\n"
        "受海外订单增加影响，公司上半年营业收入同比增长18.3%。",
    ),
    Text(
        named("ferry", False),
        "Night ferry opens",
        "The night ferry to Qingyu runs until 31 August. Tickets cost 45 yuan, and children travel free. "
        "Captain Rosa Lindqvist said the first boat carried 212 passengers. "
        "The ferry was founded by Harbour Lines in 1998. It is the largest boat of the bay.",
    ),
    Text(
        named("garden", True),
        "青屿植物园开放夜游",
        "青屿植物园将于7月5日开放夜游，门票30元。园长苏晓禾表示，夜游路线长2.4公里，共有16个站点。\n"
        "夜游期间，植物园将在中央草坪广场举办音乐会，预计接待游客8000人次。",
    ),
)


def asking(
    text: Text, question: str, *answers: str, source: str = "crud_news/single", **more: Any
) -> Example:
    return Example(source, text.article_id, question, text.title, text.text, answers, **more)


BRIDGE, SCHOOL, FACTORY, FERRY, GARDEN = TEXTS
EXAMPLES = (
    asking(BRIDGE, "东岸大桥什么时候通车？", "2025年6月28日", "6月28日"),
    asking(BRIDGE, "东岸大桥的总投资是多少？", "18.6亿元"),
    asking(BRIDGE, "东岸大桥由谁承建？", "云杉路桥公司"),
    asking(SCHOOL, "海棠小学今年招收多少新生？", "240名"),
    asking(SCHOOL, "海棠小学的校长是谁？", "陈放"),
    asking(FACTORY, "云杉机械新工厂用了多少国产零件？", "42.7%"),
    asking(FERRY, "How much are the tickets of the night ferry?", "45 yuan"),
    asking(FERRY, "Who founded the first ferry?", "Harbour Lines", source="xling_en_docs/single"),
    asking(BRIDGE, "东岸大桥的通行费是多少？", source="squad2_zh/unanswerable"),
    asking(SCHOOL, "海棠小学的木工课由谁来教？", source="squad2_zh/unanswerable"),
    asking(FACTORY, "新工厂年产多少台机器人？", "5000台", source="squad2_zh/answerable"),
    asking(GARDEN, "青屿植物园夜游的门票多少钱？", "30元"),
    asking(GARDEN, "夜游路线有多长？", "2.4公里"),
    asking(GARDEN, "夜游有多少个餐厅？", source="squad2_zh/unanswerable"),
)
"""The last three are kept from training."""


def exported(texts: Iterable[Text]) -> list[dict[str, str]]:
    return [
        {"文章标识符aid": text.article_id, "标题title": text.title, "finalContent": text.text}
        for text in texts
    ]


def write_json(path: Path, rows: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False)


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), "utf-8")


def write_data(folder: Path) -> Path:
    """``TEXTS`` and ``EXAMPLES`` as training finds them on disk."""
    write_json(folder / "scale" / "articles.json.gz", exported(TEXTS))
    write_json(folder / "crud_news" / "articles.json.gz", exported(TEXTS))
    asked = [one for one in EXAMPLES if not one.source.startswith("squad2_zh")]
    rows = [question_row(f"crud1-x-{at}", one) for at, one in enumerate(asked)]
    write_lines(folder / "crud_news" / "questions.dev.jsonl", rows)
    machine = [one for one in EXAMPLES if one.source.startswith("squad2_zh")]
    write_lines(
        folder / "squad2_zh" / "reading.train.jsonl",
        [squad_row(f"{at:024x}", one) for at, one in enumerate(machine)],
    )
    return folder


def question_row(name: str, example: Example, kind: str = "single") -> dict[str, Any]:
    return {
        "id": name,
        "question": example.question,
        "answers": list(example.answers),
        "aids": [example.group],
        "kind": kind,
    }


def squad_row(name: str, example: Example) -> dict[str, Any]:
    return {
        "id": name,
        "question": example.question,
        "context": example.text,
        "answers": [{"text": a, "start": example.text.index(a)} for a in example.answers],
        "answerable": bool(example.answers),
    }


def curve(folder: Path) -> list[dict[str, Any]]:
    """What a training wrote down at each measuring."""
    return [json.loads(line) for line in (folder / "curve.jsonl").read_text("utf-8").splitlines()]
