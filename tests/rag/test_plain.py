"""Records from plain JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum

import pytest

from index.records import Kind, Span
from rag.plain import from_plain
from rag.records import Answer, AppliedFilters, Citation, Refusal, Seconds, Usage
from tests.rag.test_records import ANSWER


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    size: float
    colours: tuple[Colour, ...] = ()
    parent: Thing | None = None
    id: str | int | None = None


def test_a_record_is_read_by_the_types_of_its_fields():
    values = {"name": "a", "size": 3, "colours": ["red"], "parent": {"name": "b", "size": 0.5}}
    assert from_plain(Thing, {**values, "id": 7, "mood": "good"}) == Thing(
        "a", 3.0, (Colour.RED,), Thing("b", 0.5), 7
    )
    assert from_plain(Thing, {"name": "a", "size": 1, "colours": None}) == Thing("a", 1.0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "a"}, "'size' is missing"),
        ({"name": None, "size": 1}, "'name': None is not a str"),
        ({"name": "a", "size": "1"}, "'size': '1' is not a float"),
        ({"name": "a", "size": 1, "colours": "red"}, "'colours': 'red' is not a list"),
        ({"name": "a", "size": 1, "colours": ["blue"]}, "'colours'"),
        ({"name": "a", "size": 1, "parent": 3}, "'parent': 3 is of no kind"),
        ([], r"\[\] is not an object"),
    ],
)
def test_what_is_of_another_form_is_named(values, said):
    with pytest.raises(ValueError, match=said):
        from_plain(Thing, values)


def test_an_answer_comes_back_from_its_json():
    cited = replace(ANSWER.citations[0], kind=Kind.REPRINT, marks=(Span(4, 6),))
    whole = replace(
        ANSWER,
        citations=(cited,),
        filters=AppliedFilters(accounts=("号",)),
        refusal=Refusal(("大桥",)),
        usage=Usage(3, 4),
    )
    assert Answer.from_dict(json.loads(whole.to_json())) == whole
    assert isinstance(Answer.from_dict(whole.to_dict()).citations[0], Citation)


def test_times_that_were_not_measured_count_as_none():
    assert Answer.from_dict({**ANSWER.to_dict(), "seconds": {"total": 1}}).seconds == Seconds(
        total=1.0
    )
