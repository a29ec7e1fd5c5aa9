"""Questions whose words sound like words of the library and are written otherwise, or in pinyin.

Input methods put one character for another that sounds alike (工搏会 for 工博会), and who has no
input method at hand writes pinyin. Both are told by the library's own vocabulary, character bigrams
with the number of passages that each stands in: what nothing in the library says is read as what
sounds the same and is said there, a noisy channel over a bigram model (Kernighan, Church and Gale
1990; Chen and Lee 2000 for pinyin). Sounds are compared without tones, and without what many
speakers do not tell apart (zh and z, ing and in).
"""

from __future__ import annotations

import math
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from index.text.rules import load_rules
from index.text.script import simplify
from rag.question.kind import load_model
from rag.question.linear import run_of


class Vocabulary(Protocol):
    """What is asked of a library."""

    def documents(self, terms: Collection[str]) -> Mapping[str, int]:
        """In how many passages each of some terms stands; terms in none may be left out."""

    def says(self, words: str) -> bool:
        """Whether any passage has these words."""

    def size(self) -> int:
        """How many passages there are."""


_HAN = re.compile(r"[\u4e00-\u9fff]{3,}")
_BESIDE = re.compile(r"(?<=[A-Za-z0-9０-９])[\u4e00-\u9fff]|[\u4e00-\u9fff](?=[A-Za-z0-9０-９])")
"""15号, 跟48K: beside a figure or letters stands a measure or a particle, and only one neighbour tells of it."""

_WORD = re.compile(r"[a-zü']+|[^a-zü']+", re.IGNORECASE)
_FEWEST_SYLLABLES = 4
"""Of a question in pinyin; fewer letters may be a name."""

_LEAST_DOCUMENTS, _SHARE_AT_AN_END = 2, 0.00125
"""In how many passages a bigram stands that is put for one that stands in none; in how large a share of all
where a run ends, and only one neighbour tells. Of 332 questions with a character exchanged at an end 64 are
put right so (72 without it), and of 3,460 as they were written 1 is changed there for nothing (7)."""

_AROUND = 3
"""Characters, the one put right among them, that some passage has to have together."""

_BEAM = 60
_NAMES_SYLLABLES = 2
_LOOKED_AT, _CALLED, _AS_OFTEN = 10, 2, 1.0
"""Of what a name in pinyin may stand for, how many are looked up and taken at most, and how far behind the
first the second may be."""

_SELDOM = -1.5
"""What a reading that a character seldom has adds to a name's score, a logarithm of passages."""

NAME_CHARACTERS = re.compile(r"(?<=[A-Za-z'’]) ?\([\u4e00-\u9fff/]+\)")
"""The characters that are put behind a name in an English question."""

_NAME = re.compile(r"[A-Z][A-Za-z'’]+(?:[ -][A-Z][A-Za-z'’]+){0,7}")
_PART = re.compile(r"[A-Za-z'’]+")
_LONGEST_SYLLABLE = 6


def respelled(question: str, library: Vocabulary) -> str:
    """The question in the words of the library that it sounds like; as it is where it needs none."""
    if question.isascii():
        return _from_pinyin(question, library) or _with_names(question, library)
    return _with_homophones(question, library)


# --- One character for another ---------------------------------------------------------------------


def _with_homophones(question: str, library: Vocabulary) -> str:
    """Each character that makes no known bigram put right by one that sounds the same and does."""
    plain = simplify(question)
    if len(plain) != len(question):
        return question
    written = list(question)
    kept = {match.start() for match in _BESIDE.finditer(plain)}
    for run in _HAN.finditer(plain):
        for at, other in _put_right(run.group(), library):
            if run.start() + at not in kept:
                written[run.start() + at] = other
    return "".join(written)


def _put_right(run: str, library: Vocabulary) -> Iterator[tuple[int, str]]:
    """Places of a run of characters with what belongs there."""
    known = library.documents(_bigrams(run))
    strange = [not known.get(pair) and not _asks(pair) for pair in _bigrams(run)]
    for at, character in enumerate(run):
        beside = [side for side in (at - 1, at) if 0 <= side < len(strange)]
        if not all(strange[side] for side in beside):
            continue
        ways = {
            other: [run[at - 1] + other if side < at else other + run[at + 1] for side in beside]
            for other in _same_sound(character)
        }
        counted = library.documents({pair for pairs in ways.values() for pair in pairs})
        likely = {
            other: min(counted.get(pair, 0) for pair in pairs) for other, pairs in ways.items()
        }
        best = max(likely, key=lambda other: likely[other], default="")
        if not best or likely[best] < _LEAST_DOCUMENTS:
            continue
        if len(beside) < 2 and (
            likely[best] < _SHARE_AT_AN_END * library.size() or _stands_alone(run, at)
        ):
            continue
        mended = run[:at] + best + run[at + 1 :]
        first = max(0, min(at - 1, len(run) - _AROUND))
        if library.says(mended[first : first + _AROUND]):
            yield at, best
            run = mended
            for side in beside:
                strange[side] = False


def _stands_alone(run: str, at: int) -> bool:
    """Whether a character at an end of a run is a word by itself beside one that asks, as in 哪些市."""
    return _asks(run[at - 2 : at] if at else run[1:3])


def _asks(pair: str) -> bool:
    """Whether questions are put with a bigram, as the examples of kinds of questions have it: articles
    need not."""
    return run_of(list(pair)) in load_model("kinds").runs


def _bigrams(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


# --- Pinyin ---------------------------------------------------------------------------------------


def _from_pinyin(question: str, library: Vocabulary) -> str | None:
    """A question in pinyin in characters; ``None`` where it is none, or not of this library."""
    runs: list[str | list[str]] = []  # of syllables, and between them what stands for itself
    parts = (part.strip(" '?,.!") for part in _WORD.findall(question))
    for part in filter(None, parts):
        if part.isupper() or not part[0].isalpha():  # an abbreviation or a figure
            runs.append(part)
            continue
        cut = _syllables(part.lower().replace("'", ""))
        if cut is None:
            return None
        if runs and isinstance(runs[-1], list):
            runs[-1] += cut
        else:
            runs.append(cut)
    if sum(len(run) for run in runs if isinstance(run, list)) < _FEWEST_SYLLABLES:
        return None
    written: list[str] = []
    for run in runs:
        for piece in [run] if isinstance(run, str) else _pieces(run):
            said = piece if isinstance(piece, str) else _likeliest(piece, library)
            if said is None:
                return None
            written.append(said)
    return "".join(written)


def _syllables(word: str) -> list[str] | None:
    """A word cut into the fewest syllables of pinyin; ``None`` where it is not made of them."""
    best: list[list[str] | None] = [[], *([None] * len(word))]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before, last = best[start], word[start:end]
            if before is None or last not in _sounds().written:
                continue
            current = best[end]
            if current is None or len(before) + 1 < len(current):
                best[end] = [*before, last]
    return best[-1]


def _pieces(syllables: Sequence[str]) -> Iterator[str | list[str]]:
    """Question words in characters, and the runs of syllables between them."""
    run: list[str] = []
    at = 0
    while at < len(syllables):
        for size in range(min(4, len(syllables) - at), 0, -1):
            word = _question_words().get(" ".join(syllables[at : at + size]))
            if word:
                if run:
                    yield run
                yield word
                run, at = [], at + size
                break
        else:
            run.append(syllables[at])
            at += 1
    if run:
        yield run


def _likeliest(syllables: Sequence[str], library: Vocabulary) -> str | None:
    """The characters that the library has most often for syllables; ``None`` where it has none, and
    nothing for one syllable, which could be any word.

    A beam search: each state is what was written so far, its score the sum of the logarithms of its
    bigrams' passages. Between two words a bigram may be one that no passage has.
    """
    if len(syllables) < 2:
        return ""
    beam = dict.fromkeys(_sounds().characters(syllables[0]), 0.0)
    for syllable in syllables[1:]:
        ways = _sounds().characters(syllable)
        counted = library.documents({before[-1] + after for before in beam for after in ways})
        reached = {
            before + after: score + math.log1p(counted.get(before[-1] + after, 0))
            for before, score in beam.items()
            for after in ways
        }
        best = sorted(reached, key=lambda written: -reached[written])[:_BEAM]
        beam = {written: reached[written] for written in best}
    said = max(beam, key=lambda written: beam[written], default="")
    return said if beam.get(said) else None


# --- Names in English -------------------------------------------------------------------------------


def _with_names(question: str, library: Vocabulary) -> str:
    """An English question with the library's characters behind each name of a place that is known by
    another name, or that is spelled in pinyin: what articles in Chinese are found by."""
    said = [
        (match.end(), _exonyms()[match.group()])
        for match in _exonym().finditer(question)
        if library.says(_exonyms()[match.group()])
    ]
    for name in _NAME.finditer(question):
        for words in _romanised(name):
            said += _called(words, library)
    written, at = "", 0
    for end, called in sorted(said):
        written += f"{question[at:end]} ({called})"
        at = end
    return written + question[at:]


_Word = tuple[int, Sequence[str]]
"""Where a word ends, and its syllables."""


def _romanised(name: re.Match[str]) -> Iterator[list[_Word]]:
    """The words of a name that are pinyin, one after the other as far as they are."""
    run: list[_Word] = []
    for word in [*_PART.finditer(name.string, *name.span()), None]:
        spelled = word and _spelled(word)
        if word and spelled:
            run.append((word.end(), spelled))
        elif run:
            yield run
            run = []


def _spelled(word: re.Match[str]) -> list[str] | None:
    """A capitalised word in syllables of pinyin, unless questions are put with it (Name, Which); of one
    syllable a surname may look like such a word (Wen, Can) but where the question begins."""
    plain = (
        word.group().lower().removesuffix("'s").removesuffix("’s").replace("'", "").replace("’", "")
    )
    otherwise = word.group().isupper() or plain.capitalize() in _exonyms()
    syllables = None if otherwise else _syllables(plain)
    if syllables and (len(syllables) > 1 or not word.start()):
        return None if run_of([plain]) in load_model("kinds").runs else syllables
    return syllables


def _called(words: Sequence[_Word], library: Vocabulary) -> Iterator[tuple[int, str]]:
    """What the library calls what words spell, where each of these names ends: as many words at a time as
    make one (Zhuozhou's Jiayuan Estate names two)."""
    at = 0
    while at < len(words):
        for end in range(len(words), at, -1):
            syllables = [one for _, some in words[at:end] for one in some]
            if len(syllables) >= _NAMES_SYLLABLES and (said := _names(syllables, library)):
                yield words[end - 1][0], said
                at = end
                break
        else:
            at += 1


def _names(syllables: Sequence[str], library: Vocabulary) -> str:
    """What the library calls what is spelled so, syllable by syllable with all their letters; ``""`` where
    it has no such name."""
    beam = dict(_sounds().spelled.get(syllables[0], ()))
    for syllable in syllables[1:]:
        ways = _sounds().spelled.get(syllable, ())
        counted = library.documents({before[-1] + after for before in beam for after, _ in ways})
        reached = {
            before + after: score + usual + math.log(count)
            for before, score in beam.items()
            for after, usual in ways
            if (count := counted.get(before[-1] + after, 0))
        }
        beam = dict(sorted(reached.items(), key=lambda one: -one[1])[:_BEAM])
    best = sorted(beam, key=lambda one: -beam[one])[:_LOOKED_AT]
    said = [*filter(library.says, best)]
    return "/".join(one for one in said[:_CALLED] if beam[one] >= beam[said[0]] - _AS_OFTEN)


# --- Sounds ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sounds:
    """Characters and their sounds.

    Attributes:
        written: Syllables as pinyin writes them, without tones.
        of: The sounds of a character, as they are compared.
        having: The characters of a sound, also of one that they have in few words.
        chiefly: Those of them that have it in most.
        spelled: The characters of a syllable as pinyin writes it, with what it takes from a name's score
            where they are mostly read otherwise.
    """

    written: frozenset[str]
    of: Mapping[str, tuple[str, ...]]
    having: Mapping[str, tuple[str, ...]]
    chiefly: Mapping[str, tuple[str, ...]]
    spelled: Mapping[str, tuple[tuple[str, float], ...]]

    def characters(self, syllable: str) -> tuple[str, ...]:
        return self.having.get(_compared(syllable), ())


@cache
def _sounds() -> _Sounds:
    """The readings of the common characters (those that GB 2312 can write), from pypinyin's table."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # only the table of characters is used
    from pypinyin.pinyin_dict import pinyin_dict

    of: dict[str, tuple[str, ...]] = {}
    having: dict[str, list[str]] = defaultdict(list)
    chiefly: dict[str, list[str]] = defaultdict(list)
    spelled: dict[str, list[tuple[str, float]]] = defaultdict(list)
    written: set[str] = set()
    for code, readings in pinyin_dict.items():
        character = chr(code)
        try:
            character.encode("gb2312")
        except UnicodeEncodeError:
            continue
        plain = [_toneless(reading) for reading in readings.split(",")]
        written |= {syllable for syllable in plain if syllable.isalpha()}
        of[character] = tuple(dict.fromkeys(map(_compared, plain)))
        chiefly[of[character][0]].append(character)
        for sound in of[character]:
            having[sound].append(character)
        for syllable in dict.fromkeys(plain):
            spelled[syllable].append((character, 0.0 if syllable == plain[0] else _SELDOM))
    told = {syllable: tuple(some) for syllable, some in spelled.items()}
    return _Sounds(frozenset(written), of, _fixed(having), _fixed(chiefly), told)


def _fixed(characters: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {sound: tuple(some) for sound, some in characters.items()}


def _same_sound(character: str) -> Iterator[str]:
    sounds = _sounds()
    for sound in sounds.of.get(character, ())[:1]:
        yield from (other for other in sounds.chiefly.get(sound, ()) if other != character)


def _toneless(reading: str) -> str:
    """
    >>> _toneless("lǜ"), _toneless("shí")
    ('lv', 'shi')
    """
    decomposed = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _compared(syllable: str) -> str:
    """A syllable without what many speakers do not tell apart.

    >>> _compared("zheng"), _compared("lü")
    ('zen', 'lv')
    """
    plain = syllable.replace("ü", "v")
    if plain[:2] in ("zh", "ch", "sh"):
        plain = plain[0] + plain[2:]
    return plain[:-1] if plain.endswith(("ang", "eng", "ing")) else plain


@cache
def _exonym() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _exonyms()))})\b")


def _exonyms() -> Mapping[str, str]:
    return load_rules("rag.question", "en/spelling").table("exonyms")


def _question_words() -> Mapping[str, str]:
    return load_rules("rag.question", "zh/spelling").table("question_words")
