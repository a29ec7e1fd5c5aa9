"""What kind of question is meant, by its words and by what they name.

A classifier tells kinds by how a question is put (``rag.question.kind``); what it names decides the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from index.text.dates.phrases import find_dates
from index.text.script import fold_characters
from rag.question.catalogue import asks_of_column, is_on_catalogue, only_limits
from rag.question.kind import KindTeller
from rag.question.limits import understand
from rag.question.parts import SEVERAL, SURELY, questions_in
from rag.question.subject import subject_of
from rag.records import QuestionKind, Turn

UNSEARCHED = frozenset({QuestionKind.CONVERSATION, QuestionKind.SMALL_TALK, QuestionKind.NOTHING})
"""Kinds of question that no article answers."""

_NEAR_THE_CATALOGUE = frozenset(
    {
        QuestionKind.FACT,
        QuestionKind.LIST,
        QuestionKind.OVERVIEW,
        QuestionKind.COMPARISON,
        QuestionKind.CONVERSATION,
        QuestionKind.SEVERAL,
    }
)
"""What a question is taken for that asks for the newest, the longest or the busiest without a verb."""

_OF_ONE_THING = frozenset({QuestionKind.FACT, QuestionKind.LIST})


def kind_meant(
    question: str,
    kinds: KindTeller,
    *,
    today: date,
    accounts: Sequence[str],
    columns: Sequence[str] = (),
    before: str = "",
) -> QuestionKind:
    """The kind of a question.

    Words that only say which articles to look in are left out: 6月20日的文章里 would else make a fact
    a question about the library.

    Args:
        today: What 上周 and dates without a year are reckoned from.
        accounts: The accounts of the library.
        columns: Its columns.
        before: The question before it in the conversation; ``""`` where it is the first.
    """
    kind = _by_its_words(question, kinds, today, accounts)
    of_columns = kind not in UNSEARCHED and kind is not QuestionKind.OVERVIEW
    if of_columns and asks_of_column(question, columns):
        return QuestionKind.LIBRARY
    near = not before and kind in _NEAR_THE_CATALOGUE
    if near and is_on_catalogue(question, today=today, accounts=accounts):
        return QuestionKind.LIBRARY
    if kind is QuestionKind.SEVERAL or kind in _OF_ONE_THING:
        leans = SEVERAL if kind is QuestionKind.SEVERAL else SURELY
        parts = questions_in(question, leans)
        if kind is QuestionKind.SEVERAL or len(parts) > 1:
            return _of_parts(parts, kinds)
    if before:  # 谁？ asks for one who was spoken of
        kind = QuestionKind.FACT if kind is QuestionKind.NOTHING else kind
        if kind not in UNSEARCHED and only_limits(question, today=today, accounts=accounts):
            asked = kind_meant(before, kinds, today=today, accounts=accounts)
            return QuestionKind.LIBRARY if asked is QuestionKind.LIBRARY else kind
        return kind
    undated = _undated(question, today)
    if kind is QuestionKind.FACT and not subject_of(undated):
        # It names nothing, so all that is new may be meant, or all of the days that it names.
        named = sum(letter.isdigit() for letter in question)
        dated = named > sum(letter.isdigit() for letter in undated)
        return QuestionKind.LIBRARY if dated else QuestionKind.OVERVIEW
    return kind


def _by_its_words(
    question: str, kinds: KindTeller, today: date, accounts: Sequence[str]
) -> QuestionKind:
    """The kind that a question's words tell, less those that limit it; where they leave open whether the
    library or what it tells is meant, all of them count."""
    own = understand(question, today=today, accounts=accounts).without_limits
    kind = kinds.kind_of(own)
    if kind is QuestionKind.LIBRARY and own != question:
        whole = kinds.kind_of(question)
        return whole if whole is QuestionKind.OVERVIEW else kind
    if kind is QuestionKind.FACT:
        bare = own
        for account in accounts:
            bare = bare.replace(account, "")
        if bare != own and kinds.kind_of(bare) is QuestionKind.LIBRARY:
            return QuestionKind.LIBRARY  # how many an account has published
    return kind


def _of_parts(parts: Sequence[str], kinds: KindTeller) -> QuestionKind:
    """One question is no several; and of those about the library the catalogue answers all."""
    if len(parts) < 2:
        return QuestionKind.FACT
    about_library = kinds.kind_of(parts[0]) is QuestionKind.LIBRARY
    return QuestionKind.LIBRARY if about_library else QuestionKind.SEVERAL


def _undated(question: str, today: date) -> str:
    """A question with the days that it names made blanks."""
    for found in find_dates(fold_characters(question), today):
        blank = " " * (found.end - found.start)
        question = question[: found.start] + blank + question[found.end :]
    return question


def searched_turns(history: Sequence[Turn], kinds: KindTeller) -> Iterator[int]:
    """The places of the turns of a conversation that asked something of the articles, last first; a word
    that asks nothing by itself (谁？) does so behind one of them."""
    nothing: list[int] = []
    for at in range(len(history) - 1, -1, -1):
        kind = kinds.kind_of(history[at].question)
        if kind is QuestionKind.NOTHING:
            nothing.append(at)
        elif kind not in UNSEARCHED:
            yield from nothing
            nothing.clear()
            yield at
