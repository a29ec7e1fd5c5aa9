"""Whether a figure can be worked out from others."""

from __future__ import annotations

import pytest

from index.text.numbers.quantities import find_quantities
from rag.records import Support
from rag.verification.sums import is_worked_out
from rag.verification.verify import Verifier
from tests.rag.verification.helpers import passage


@pytest.mark.parametrize(
    ("said", "told", "expected"),
    [
        ("9人", ["造成2人死亡、7人受伤"], True),
        ("8人", ["造成2人死亡、7人受伤"], False),
        ("9辆", ["造成2人死亡、7人受伤"], False),
        ("约9万次", ["两次分别为39506次", "和50744次"], True),
        ("59项", ["文化遗产40项、自然遗产15项、双遗产4项"], True),
        ("34个百分点", ["甲的支持率为53%，乙为19%"], True),
        ("35个百分点", ["甲的支持率为53%，乙为19%"], False),
        ("2.8倍", ["从45支增加到128支"], True),
        ("三倍", ["从45支增加到128支"], False),
        ("120000000人", ["用户1.2亿人，比上月多3人"], False),
    ],
)
def test_sums_differences_and_multiples_are_known(said, told, expected):
    (quantity,) = find_quantities(said)
    assert is_worked_out(quantity, [find_quantities(one) for one in told]) is expected


def test_a_total_is_not_taken_for_another_figure():
    def support(text):
        evidence = [passage("南屿车祸造成2人死亡、7人受伤。", title="南屿车祸")]
        return Verifier(evidence).check(text, [1])

    assert support("南屿车祸共造成9人伤亡。").support is not Support.UNVERIFIED
    assert "推算" in support("南屿车祸共造成9人伤亡。").reason
    assert support("南屿车祸造成9人死亡。").support is Support.UNVERIFIED
