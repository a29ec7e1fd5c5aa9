"""The centring that lets languages meet: the mean vector of each language, taken from its vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import Encoder, Vectors, unit
from index.text.language import Language

_PRIOR_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Centres:
    """Mean vectors by language, of passages or of questions.

    A multilingual encoder keeps each language in a narrow cone of its own, so that a question
    prefers passages in its language whatever they say. Subtracting from every vector the mean of
    its language puts the cones on top of each other (as in "all-but-the-top", Mu and Viswanath
    2018, arXiv:1702.01417, taken language by language).
    """

    means: Mapping[str, NDArray[np.float32]]

    @classmethod
    def stored(cls, means: Mapping[str, Sequence[float]]) -> Self:
        """The centres whose means are written down, as in a manifest's ``question_means``."""
        return cls({language: np.asarray(mean, np.float32) for language, mean in means.items()})

    def mean_of(self, language: str) -> NDArray[np.float32]:
        """The mean of a language; of one that has none here, the mean of all the means."""
        if language in self.means:
            return self.means[language]
        average: NDArray[np.float32] = np.mean(list(self.means.values()), axis=0)
        return average

    def centre(self, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        """``vectors`` less the mean of each row's language, scaled to length 1 again."""
        labels = np.asarray(languages)
        centred = vectors.copy()
        for language in set(languages):
            centred[labels == language] -= self.mean_of(language)
        return unit(centred)


def passage_centres(
    totals: Mapping[str, NDArray[np.float64]], counts: Mapping[str, int], questions: Centres
) -> Centres:
    """The centres of a library's passages, from the sum and the number of each language's vectors.

    A handful of passages says more about their topics than about their language (and a single one
    would lie on its own centre), so each mean is drawn towards the centre of the questions in that
    language, which counts as ten passages.
    """
    means: dict[str, NDArray[np.float32]] = {}
    for language in sorted(totals):
        prior = _PRIOR_PASSAGES * questions.mean_of(language)
        mean = (totals[language] + prior) / (counts[language] + _PRIOR_PASSAGES)
        means[language] = mean.astype(np.float32)
    return Centres(means)


def calibration_questions() -> Mapping[str, Sequence[str]]:
    """Questions that this project wrote, by language: their mean is the centre of questions."""
    folder = files("index.embedding") / "data"
    return {
        language: (folder / f"questions.{language}.txt").read_text("utf-8").splitlines()
        for language in (Language.CHINESE, Language.ENGLISH)
    }


def question_centres(encoder: Encoder) -> Centres:
    """Where questions lie in this encoder's space, one centre a language."""
    return Centres(
        {
            str(language): encoder.encode_queries(questions).mean(axis=0)
            for language, questions in calibration_questions().items()
        }
    )
