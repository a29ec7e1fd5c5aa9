"""Errors: one sentence in each language, one base."""

from __future__ import annotations

import pickle

import pytest

from index.errors import (
    ArticleError,
    EncoderError,
    JuwenError,
    LibraryError,
    Message,
    QuestionError,
)

KINDS = (ArticleError, EncoderError, LibraryError, QuestionError)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_its_english_sentence_and_carries_the_chinese_one(kind):
    error = kind("the file is gone", "文件不见了")
    assert str(error) == error.english == "the file is gone"
    assert error.chinese == "文件不见了"


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_caught_by_the_base_and_by_no_sibling(kind):
    assert issubclass(kind, JuwenError)
    assert not any(issubclass(kind, other) for other in KINDS if other is not kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_a_process_boundary(kind):
    error = pickle.loads(pickle.dumps(kind("lost", "丢了")))
    assert type(error) is kind
    assert (error.english, error.chinese) == ("lost", "丢了")


@pytest.mark.parametrize(("language", "text"), [("zh", "丢了"), ("en", "lost"), ("other", "lost")])
def test_a_message_is_said_in_a_language(language, text):
    assert Message("lost", "丢了").in_language(language) == text
