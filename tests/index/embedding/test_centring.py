"""The centres that let languages meet."""

from __future__ import annotations

import numpy as np
import pytest

from index.embedding.centring import Centres, calibration_questions, question_centres
from index.text.language import detect_language
from tests.conftest import centres_of


def test_centring_takes_each_row_less_the_mean_of_its_language_or_of_all_means():
    centres = Centres({"zh": np.asarray([1, 0], np.float32), "en": np.asarray([0, 1], np.float32)})
    vectors = np.asarray([[1, 2], [3, 1], [0.5, 3]], np.float32)
    centred = centres.centre(vectors, ["zh", "en", "other"])
    assert centred.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert vectors.tolist() == [[1, 2], [3, 1], [0.5, 3]]


def test_passage_centres_are_means_drawn_to_the_questions_as_if_by_ten_passages():
    questions = Centres(
        {"zh": np.asarray([1, 0], np.float32), "en": np.asarray([0, 1], np.float32)}
    )
    vectors = np.asarray([[0, 1]] * 30 + [[0, 3]] + [[5, 0]], np.float32)
    centres = centres_of(vectors, ["zh"] * 30 + ["en"] + ["other"], questions)
    assert set(centres.means) == {"zh", "en", "other"}
    assert centres.means["zh"] == pytest.approx([10 / 40, 30 / 40])
    assert centres.means["en"] == pytest.approx([0, 13 / 11])
    assert centres.means["other"] == pytest.approx([10 / 11, 5 / 11])


def test_a_single_passage_does_not_lie_on_its_own_centre():
    questions = Centres({"zh": np.asarray([1, 0], np.float32)})
    vector = np.asarray([[0, 1]], np.float32)
    centred = centres_of(vector, ["zh"], questions).centre(vector, ["zh"])
    assert np.linalg.norm(centred) == pytest.approx(1)


def test_without_passages_there_are_no_centres_of():
    questions = Centres({"zh": np.asarray([1, 0], np.float32)})
    assert centres_of(np.empty((0, 2), np.float32), [], questions).means == {}


def test_there_are_many_different_calibration_questions_in_each_language():
    questions = calibration_questions()
    assert set(questions) == {"zh", "en"}
    for language, asked in questions.items():
        assert len(asked) >= 40
        assert len(set(asked)) == len(asked)
        assert all(question.strip() == question != "" for question in asked)
        assert {str(detect_language(question)) for question in asked} == {str(language)}


def test_question_centres_are_the_means_of_the_calibration_questions(encoder):
    centres = question_centres(encoder)
    for language, asked in calibration_questions().items():
        expected = np.mean([encoder.encode_queries([question])[0] for question in asked], axis=0)
        assert np.allclose(centres.means[str(language)], expected, atol=1e-6)
