"""An answer held against its evidence, sentence by sentence, by rules and without a model.

    astray? -> a copy? -> claims something? -> align -> details, dates, names, negation -> label

- *supported*: the cited sentences carry all of it.
- *partial*: they carry some of it, and of the rest they say nothing.
- *unverified*: nothing carries it, or the cited sentences say something else.

A sentence that claims nothing of the world ("根据文章：", "Here is what the articles say:", "文章没有提到票价")
has no proof and needs none: ``Checked.claims`` is false, and nobody has to show it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.records import Passage, Span
from index.text.dates.moments import Moment, complete
from index.text.dates.moments import agrees as same_moment
from index.text.language import Language, detect_language
from index.text.numbers.quantities import Quantity
from index.text.numbers.quantities import agrees as same_quantity
from rag.records import AnswerSentence, Citation, Strictness, Support, citation
from rag.verification.align import (
    Alignment,
    Ground,
    Reading,
    Similarity,
    align,
    details,
    read,
    read_grounds,
    share,
    told,
)
from rag.verification.checks import check
from rag.verification.cited_sentences import split
from rag.verification.findings import Fault, Finding, Proven, clauses, known, surroundings
from rag.verification.fragments import Question

NEAR_SHARE = 0.55
"""The share of its terms that a supported sentence finds in its evidence; fitted by hand on the
development cases of ``tests/rag/test_verify.py``."""

LOOSE_SHARE = 0.45
"""The share from which a sentence is carried in part though no clause of it is carried whole."""

NEAR_COSINE = 0.43
"""Across languages: the centred cosine of a sentence with one that says the same. With the packaged
encoder 12 true pairs had at least .49, 12 of the same subject and another statement at most .38."""

FAR_COSINE = 0.2

_BULLET = re.compile(r"^[-*•#>\s]*(?:\d{1,2}[.、)）](?!\d)\s*)?")
_META = re.compile(
    r"^(?:(?:根据|据|依据|综合|从)?(?:以上|上述|所给|所提供的?|提供的|这些|该|相关|现有|已有)*"
    r"(?:文章|报道|资料|材料|信息|内容|文中)(?:中|里|的?(?:显示|介绍|报道|内容|指出|提到|来看|可知|说明))*[，,：:]"
    r"|(?:according to|based on|as (?:reported|stated) (?:in|by)|from) (?:the |these |this )?(?:provided |given |above )?"
    r"(?:articles?|reports?|sources?|texts?|passages?|evidence)[,:]\s*)",
    re.I,
)
_EMPTY = re.compile(
    r"(?:文章|资料|材料|报道|文中|信息|上文)[^，。]{0,8}(?:没有|未|并未|没)[^，。]{0,4}(?:提到|提及|说明|给出|涉及|提供|介绍|回答|透露)"
    r"|\b(?:articles?|sources?|passages?|texts?|reports?|evidence)\b[^.,]{0,20}\b(?:do|does|did)(?: not|n['’]t)\b[^.,]{0,12}"
    r"(?:mention|say|state|give|contain|provide|specify|answer)"
    r"|^(?:希望|如需|如果您|如有|请问|您好|好的|当然|以下是|以下为|总结如下|综上所述$|here (?:is|are)|i hope|sure|of course|in summary[:,]?$)",
    re.I,
)
_LEAD_IN = re.compile(r"[：:]\**$")


@dataclass(frozen=True, slots=True)
class Proof:
    """Words that a sentence rests on: a whole sentence of an article.

    Attributes:
        marks: The numbers and dates in it that the sentence has, too.
    """

    passage: Passage
    span: Span
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence without its markers, its label, and what it rests on, the best first.

    Attributes:
        reason: What the proofs do not carry, in the sentence's language; ``""`` if they carry all.
        claims: Whether it says anything that could be proven.
    """

    text: str
    support: Support
    reason: str = ""
    proofs: tuple[Proof, ...] = ()
    claims: bool = True


class Verifier:
    """Checks sentences against the same passages; they are read once.

    Args:
        passages: What the answer was written from; marker 1 is the first.
        question: Its names need no proof of their own.
        similarity: For sentences in another language than the evidence.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        question: str = "",
        similarity: Similarity | None = None,
    ) -> None:
        self._grounds = read_grounds(passages)
        self._question = Question(question)
        self._similarity = similarity

    def check(self, text: str, written: Sequence[int] = ()) -> Checked:
        """Label a sentence; ``written`` are the numbers in its markers, right or wrong."""
        text = text.strip()
        if beside := self._question.astray(text, self._grounds):
            proofs = (_proof(beside, read(text)),)
            reason = _reason(_ASTRAY, detect_language(text))
            return Checked(text, Support.PARTIAL, reason, proofs)
        if copied := _copied(text, self._grounds, written):
            return Checked(text, Support.SUPPORTED, proofs=(_proof(copied, read(text)),))
        claim = _claim(text)
        said = read(claim)
        if claims_nothing(claim):
            return Checked(text, Support.UNVERIFIED, claims=False)
        aligned = self._align(said, written)
        if not aligned.grounds:
            return Checked(text, Support.UNVERIFIED, _reason(_UNFOUND, said.language))
        return replace(self._label(said, aligned), text=text)

    def _align(self, said: Reading, written: Sequence[int]) -> Alignment:
        translated = not any(g.reading.language is said.language for g in self._grounds)
        wanted = details(said, translated=translated)
        return align(said, wanted, self._grounds, written=written, similarity=self._similarity)

    def _label(self, said: Reading, aligned: Alignment) -> Checked:
        grounds = aligned.grounds
        translated = all(ground.reading.language is not said.language for ground in grounds)
        wanted = details(said, translated=translated)
        proven = Proven(said, wanted, grounds, surroundings(grounds), self._question.reading)
        findings = check(proven)
        if translated:
            support, findings = _foreign_support(proven, findings, aligned.nearness)
        else:
            support, findings = _own_support(proven, findings)
        reason = _reason(findings[0], said.language) if findings else ""
        proofs = tuple(_proof(ground, said) for ground in grounds)
        return Checked(said.text, support, reason, () if findings == [_UNFOUND] else proofs)


def verify_sentence(
    text: str,
    written: Sequence[int],
    passages: Sequence[Passage],
    *,
    question: str = "",
    similarity: Similarity | None = None,
) -> Checked:
    """Label one sentence; ``Verifier`` is quicker for several."""
    return Verifier(passages, question=question, similarity=similarity).check(text, written)


def verify(
    answer_text: str,
    passages: Sequence[Passage],
    *,
    question: str = "",
    similarity: Similarity | None = None,
) -> list[Checked]:
    """Label every sentence of an answer as a chat model wrote it, markers and all."""
    verifier = Verifier(passages, question=question, similarity=similarity)
    return [verifier.check(sentence.text, sentence.markers) for sentence in split(answer_text)]


def is_kept(checked: Checked, strictness: Strictness) -> bool:
    """Whether a sentence is shown: one that claims nothing never, an unverified one not if strict."""
    if not checked.claims:
        return False
    return strictness is not Strictness.STRICT or checked.support is not Support.UNVERIFIED


def claims_nothing(text: str) -> bool:
    """Whether a sentence, its opening (``根据文章，``) apart, says nothing that could be proven."""
    bare = _claim(text)
    if not any(character.isalnum() for character in bare) or _EMPTY.search(bare):
        return True
    reading = read(bare)
    return bool(_LEAD_IN.search(bare)) and not reading.quantities and not reading.moments


def _claim(text: str) -> str:
    """A sentence without the sign of a list, emphasis and the opening that names the articles."""
    return _META.sub("", _BULLET.sub("", text.replace("**", ""))).strip()


# --- Labels --------------------------------------------------------------------------------------

_UNFOUND = Finding(
    Fault.MISSING, "nothing in the articles carries this sentence", "文章中没有能支持这句话的内容"
)
_LOOSE = Finding(Fault.MISSING, "the cited words carry only part of it", "所引文句只支持其中一部分")
_ASTRAY = Finding(
    Fault.MISSING,
    "these words stand in the article, but not where it speaks of what was asked",
    "这些字句见于文章，但所在之处说的不是所问的内容",
)
_UNCOMPARED = Finding(
    Fault.MISSING,
    "the cited words are in another language, and only details could be compared",
    "所引文句是另一种语言，只核对了数字等细节",
)


def _own_support(proven: Proven, findings: list[Finding]) -> tuple[Support, list[Finding]]:
    """The label of a sentence in the language of its evidence, with what speaks against it."""
    if findings and findings[0].fault is Fault.CONTRADICTED:
        return Support.UNVERIFIED, findings
    covered = share(proven.said.terms, *known(proven))
    if not findings and covered >= NEAR_SHARE:
        return Support.SUPPORTED, []
    if _carries_some(proven, findings):
        return Support.PARTIAL, findings or [_LOOSE]
    return Support.UNVERIFIED, findings or [_UNFOUND]


def _carries_some(proven: Proven, findings: Sequence[Finding]) -> bool:
    """Whether a clause is carried whole, or all but a name or some words of the sentence."""
    having = known(proven)
    spans = clauses(proven.said.text)
    for span in spans:
        whole = not any(span.start <= finding.at < span.end for finding in findings)
        near = share(read(span.of(proven.said.text)).terms, *having) >= NEAR_SHARE
        if whole and near:
            return True
    return not any(finding.measured for finding in findings) and (
        share(proven.said.terms, *having) >= LOOSE_SHARE
    )


def _foreign_support(
    proven: Proven, findings: list[Finding], nearness: float | None
) -> tuple[Support, list[Finding]]:
    """The same across languages, where vectors stand in for the words."""
    if findings and findings[0].fault is Fault.CONTRADICTED:
        return Support.UNVERIFIED, findings
    found = len(proven.wanted.all) - len(findings)
    if not found and any(finding.measured for finding in findings):
        return Support.UNVERIFIED, findings
    if nearness is None:
        if not found:
            return Support.UNVERIFIED, [_UNFOUND]
        sure = found > 1 and not findings
        return (Support.SUPPORTED, []) if sure else (Support.PARTIAL, findings or [_UNCOMPARED])
    if nearness < FAR_COSINE or (nearness < NEAR_COSINE and not found):
        return Support.UNVERIFIED, [_UNFOUND]
    if findings or nearness < NEAR_COSINE:
        return Support.PARTIAL, findings or [_LOOSE]
    return Support.SUPPORTED, []


def _reason(finding: Finding, language: Language) -> str:
    return finding.english if language is Language.ENGLISH else finding.chinese


def _copied(text: str, grounds: Sequence[Ground], written: Sequence[int]) -> Ground | None:
    """The evidence's sentence that this one is word for word, one that a marker names first."""
    words = text.split()
    same = [ground for ground in grounds if ground.reading.text.split() == words] if words else []
    return min(same, key=lambda ground: ground.number not in written, default=None)


def _proof(ground: Ground, said: Reading) -> Proof:
    """The ground as a proof, with the spans of the quantities and dates that ``said`` has, too."""
    published, reading, at = ground.article.date, ground.reading, ground.span.start
    shared = [q for q in reading.quantities if any(same_quantity(s, q) for s in said.quantities)]
    days = [
        moment
        for moment in reading.moments
        if any(same_moment(told(s, published), complete(moment, published)) for s in said.moments)
    ]
    found: list[Quantity | Moment] = [*shared, *days]
    spans = sorted((one.start + at, one.end + at) for one in found)
    return Proof(ground.passage, ground.span, tuple(Span(*span) for span in spans))


# --- Citations -----------------------------------------------------------------------------------


class Citations:
    """Numbers the citations of an answer: the same quote keeps the same marker.

    ``add`` gives a sentence as it goes into the ``Answer``, and the citations it is first to use.
    """

    def __init__(self) -> None:
        self._markers: dict[tuple[str, Span], int] = {}
        self._citations: list[Citation] = []

    def add(self, checked: Checked) -> tuple[AnswerSentence, tuple[Citation, ...]]:
        known_before = len(self._citations)
        markers = tuple(self._marker(proof) for proof in checked.proofs)
        sentence = AnswerSentence(checked.text, markers, checked.support, checked.reason)
        return sentence, tuple(self._citations[known_before:])

    def _marker(self, proof: Proof) -> int:
        key = (proof.passage.article.article_id, proof.span)
        if key not in self._markers:
            marker = self._markers[key] = len(self._markers) + 1
            cited = citation(marker, proof.passage, proof.span)
            self._citations.append(replace(cited, marks=proof.marks))
        else:
            at = self._markers[key] - 1
            marks = {*self._citations[at].marks, *proof.marks}
            ordered = tuple(sorted(marks, key=lambda span: (span.start, span.end)))
            self._citations[at] = replace(self._citations[at], marks=ordered)
        return self._markers[key]

    @property
    def all(self) -> tuple[Citation, ...]:
        """Every citation so far, with the marks of all sentences that use it."""
        return tuple(self._citations)
