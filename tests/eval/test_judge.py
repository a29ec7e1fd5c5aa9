from __future__ import annotations

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from eval import Judge, evaluate
from eval.judge import Opinion, agreement, parse_opinion
from tests.eval.cases import answer, case


@pytest.mark.parametrize(
    ("text", "faithfulness", "correctness"),
    [
        ("Faithfulness: 2\nCorrectness: 1", 2, 1),
        ("**faithfulness**: **0**/2\n- Correctness = 2 (same date)", 0, 2),
        ("<think>Faithfulness: 0</think>Faithfulness: 2\nCorrectness: 2", 2, 2),
        ("忠实度：１\n正确性：2", 1, 2),
        ("Faithfulness: 1 at first, but … Faithfulness: 2\nCorrectness: 0", 2, 0),
        ('{"faithfulness": 2, "correctness": 0}', 2, 0),
        ("Faithfulness: 7\nCorrectness: 12", None, None),
        ("I cannot say.", None, None),
        ("", None, None),
    ],
)
def test_grades_are_found(text: str, faithfulness: int | None, correctness: int | None) -> None:
    assert parse_opinion(text) == Opinion(faithfulness, correctness)


def test_kappa_by_hand() -> None:
    # 20 both yes, 5 and 10 parted, 15 both no: raw .7, by chance .5.
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = agreement(pairs)
    assert found["raw"] == pytest.approx(0.7)
    assert found["kappa"] == pytest.approx(0.4)
    assert agreement([(True, True)])["kappa"] is None
    assert agreement([]) == {"n": 0, "raw": None, "kappa": None}


def test_a_judge_grades_answers_and_its_agreement_is_told() -> None:
    model = FakeListChatModel(
        responses=[
            "Faithfulness: 2\nCorrectness: 2",
            "Faithfulness: 2\nCorrectness: 0",
            "Well …",
        ]
    )
    cases = [case(str(at), answers=("甲",)) for at in range(3)]
    cases.append(case("refused", answers=("甲",)))
    answers = {"0": "甲", "1": "乙", "2": "甲"}
    report = evaluate(
        cases,
        lambda q: answer(answers.get(str(q.id), "无"), refused=q.id == "refused"),
        judge=Judge(model),
        resamples=20,
    )
    assert report.judge is not None
    assert report.judge["judged"] == 3
    assert report.judge["without_grade"] == 1
    assert report.judge["faithfulness"] == 1
    assert report.judge["correctness"] == 0.5
    assert report.judge["agreement"]["correctness and contains_gold"] == {
        "n": 2,
        "raw": 1.0,
        "kappa": 1.0,
    }


def test_a_judge_that_fails_is_no_fault_of_the_answer() -> None:
    class Broken(FakeListChatModel):
        def _call(self, *_: object, **__: object) -> str:
            raise RuntimeError("no such model")

    report = evaluate(
        [case(answers=("甲",))],
        lambda _: answer("甲"),
        judge=Judge(Broken(responses=[])),
        resamples=20,
    )
    assert report.judge is not None
    assert report.judge["grades"]["q"] == {"error": "RuntimeError: no such model"}
    assert report.value("correct") == 1


def test_there_is_no_judge_unless_asked_for() -> None:
    assert evaluate([case(answers=("甲",))], lambda _: answer("甲"), resamples=20).judge is None
