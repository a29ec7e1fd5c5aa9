"""An answer checked against its evidence, sentence by sentence.

    out of context? -> a copy? -> claims something? -> align -> details, dates, names, negation
    -> does it follow? -> label

A figure, a day or a name that differs is found by rules, whatever a network thinks; whether the rest
follows is read by one (``rag.verification.entailment``), where there is one.

- *supported*: the cited sentences support all of it.
- *partial*: they support some of it, and say nothing of the rest.
- *unverified*: nothing supports it, or the cited sentences say something else.

A sentence that claims nothing of the world ("根据文章：", "Here is what the articles say:", "文章没有提到票价")
has no proof and needs none: ``Checked.claims`` is false, and it need not be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.records import Passage, Span
from index.text.dates.moments import Moment, complete
from index.text.dates.moments import agrees as same_date
from index.text.language import Language, detect_language
from index.text.numbers.quantities import Quantity
from index.text.numbers.quantities import agrees as same_quantity
from rag.records import Strictness, Support
from rag.verification.align import Alignment, Similarity, align, details_of, resolved
from rag.verification.checks import check
from rag.verification.claims import claim_of, claims_nothing
from rag.verification.entailment import Entailment
from rag.verification.findings import Comparison, Fault, Finding, clauses, known, surroundings
from rag.verification.fragments import Question
from rag.verification.reading import EvidenceSentence, Reading, read, read_evidence, share

NEAR_SHARE = 0.55
"""The share of its terms that a supported sentence finds in its evidence; fitted by hand on the
development cases of ``tests/rag/verification/cases.py``."""

LOOSE_SHARE = 0.45
"""The share from which a sentence is supported in part though no clause of it is as a whole."""

NEAR_COSINE = 0.43
"""Across languages: the centred cosine of a sentence with one that says the same. With the packaged
encoder 12 true pairs had at least .49, 12 of the same subject and another statement at most .38."""

FAR_COSINE = 0.2

FOLLOWS = -1.0
"""The logit from which on a sentence with nothing against it follows from its evidence; docs/verifier.md
has what other values give."""

FOLLOWS_IN_OTHER_WORDS = 1.0
"""The same of one that shares few words with its evidence, or names what that does not name so."""

FOLLOWS_AGAINST_RULES = 2.5
"""The same of one that a figure, a name or a denial only seems to be against, or of which a figure is not
in the cited words. One that differs is wrong whatever the logit is."""

NOT_AT_ALL = -4.0
"""The logit below which nothing of a sentence follows."""


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
        reason: What the proofs do not support, in the sentence's language; ``""`` if they support all.
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
        entailment: Reads whether a sentence follows; without it rules alone decide.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        question: str = "",
        similarity: Similarity | None = None,
        entailment: Entailment | None = None,
    ) -> None:
        self._entailment = entailment
        self._evidence = read_evidence(passages)
        self._question = Question(question)
        self._similarity = similarity

    def check(self, text: str, written: Sequence[int] = ()) -> Checked:
        """Label a sentence; ``written`` are the numbers in its markers, right or wrong."""
        text = text.strip()
        if beside := self._question.out_of_context(text, self._evidence):
            proofs = (_proof(beside, read(text)),)
            reason = _reason(_OUT_OF_CONTEXT, detect_language(text))
            return Checked(text, Support.PARTIAL, reason, proofs)
        if copied := _copied(text, self._evidence, written):
            return Checked(text, Support.SUPPORTED, proofs=(_proof(copied, read(text)),))
        claim = claim_of(text)
        said = read(claim)
        if claims_nothing(claim):
            return Checked(text, Support.UNVERIFIED, claims=False)
        aligned = self._align(said, written)
        if not aligned.evidence:
            return Checked(text, Support.UNVERIFIED, _reason(_UNFOUND, said.language))
        return replace(self._label(said, aligned), text=text)

    def _align(self, said: Reading, written: Sequence[int]) -> Alignment:
        translated = not any(g.reading.language is said.language for g in self._evidence)
        details = details_of(said, translated=translated)
        return align(said, details, self._evidence, written=written, similarity=self._similarity)

    def _label(self, said: Reading, aligned: Alignment) -> Checked:
        evidence = aligned.evidence
        translated = all(sentence.reading.language is not said.language for sentence in evidence)
        details = details_of(said, translated=translated)
        comparison = Comparison(
            said, details, evidence, surroundings(evidence), self._question.reading
        )
        findings = check(comparison)
        if translated:
            support, findings = _foreign_support(comparison, findings, aligned.nearness)
        else:
            support, findings = _own_support(comparison, findings)
        if self._entailment and all(one.fault is not Fault.CONTRADICTED for one in findings):
            logit = self._entailment.follows(said.text, *_shown(evidence))
            support, findings = _read_over(support, findings, logit)
        reason = _reason(findings[0], said.language) if findings else ""
        proofs = tuple(_proof(sentence, said) for sentence in evidence)
        return Checked(said.text, support, reason, () if findings == [_UNFOUND] else proofs)


def is_kept(checked: Checked, strictness: Strictness) -> bool:
    """Whether a sentence is shown: one that claims nothing never, an unverified one not if strict."""
    if not checked.claims:
        return False
    return strictness is not Strictness.STRICT or checked.support is not Support.UNVERIFIED


# --- Labels --------------------------------------------------------------------------------------

_UNFOUND = Finding(
    Fault.MISSING, "nothing in the articles supports this sentence", "文章中没有能支持这句话的内容"
)
_LOOSE = Finding(
    Fault.MISSING, "the cited words support only part of it", "所引文句只支持其中一部分"
)
_OUT_OF_CONTEXT = Finding(
    Fault.MISSING,
    "these words are in the article, but not where it speaks of what was asked",
    "这些字句见于文章，但所在之处说的不是所问的内容",
)
_NOT_SAID = Finding(
    Fault.MISSING,
    "the cited words do not say it as this sentence does: whether it is so, of whom, how much of it, or since when",
    "所引文句说的与这句话不完全是一回事：是否已成、说的是谁、范围或先后可能不同",
)
_UNCOMPARED = Finding(
    Fault.MISSING,
    "the cited words are in another language, and only details could be compared",
    "所引文句是另一种语言，只核对了数字等细节",
)


def _own_support(comparison: Comparison, findings: list[Finding]) -> tuple[Support, list[Finding]]:
    """The label of a sentence in the language of its evidence, with what speaks against it."""
    if findings and findings[0].fault is not Fault.MISSING:
        return Support.UNVERIFIED, findings
    covered = share(comparison.said.terms, *known(comparison))
    if not findings and covered >= NEAR_SHARE:
        return Support.SUPPORTED, []
    if _supports_some(comparison, findings):
        return Support.PARTIAL, findings or [_LOOSE]
    return Support.UNVERIFIED, findings or [_UNFOUND]


def _supports_some(comparison: Comparison, findings: Sequence[Finding]) -> bool:
    """Whether a whole clause is supported, or all but a name or some words of the sentence."""
    having = known(comparison)
    spans = clauses(comparison.said.text)
    for span in spans:
        whole = not any(span.start <= finding.at < span.end for finding in findings)
        near = share(read(span.of(comparison.said.text)).terms, *having) >= NEAR_SHARE
        if whole and near:
            return True
    return not any(finding.measured for finding in findings) and (
        share(comparison.said.terms, *having) >= LOOSE_SHARE
    )


def _foreign_support(
    comparison: Comparison, findings: list[Finding], nearness: float | None
) -> tuple[Support, list[Finding]]:
    """The same across languages, where vectors stand in for the words."""
    if findings and findings[0].fault is not Fault.MISSING:
        return Support.UNVERIFIED, findings
    found = len(comparison.details.all) - len(findings)
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


def _shown(evidence: Sequence[EvidenceSentence]) -> tuple[str, str]:
    """The title and the words that a sentence is held against, as they follow in the articles."""
    ordered = sorted(evidence, key=lambda one: (one.number, one.place))
    return evidence[0].article.title, "".join(one.reading.text for one in ordered)


def _read_over(
    support: Support, findings: list[Finding], logit: float
) -> tuple[Support, list[Finding]]:
    """A label by rules put right by whether the sentence follows."""
    if logit < NOT_AT_ALL:
        return Support.UNVERIFIED, findings or [_NOT_SAID]
    if support is Support.SUPPORTED:
        return (support, findings) if logit >= FOLLOWS else (Support.PARTIAL, [_NOT_SAID])
    against = any(one.fault is not Fault.MISSING or one.measured for one in findings)
    if logit >= (FOLLOWS_AGAINST_RULES if against else FOLLOWS_IN_OTHER_WORDS):
        return Support.SUPPORTED, []
    return support, findings


def _reason(finding: Finding, language: Language) -> str:
    return finding.english if language is Language.ENGLISH else finding.chinese


def _copied(
    text: str, evidence: Sequence[EvidenceSentence], written: Sequence[int]
) -> EvidenceSentence | None:
    """The evidence's sentence that this one is word for word, one that a marker names first."""
    words = text.split()
    same = (one for one in evidence if words and one.reading.text.split() == words)
    return min(same, key=lambda sentence: sentence.number not in written, default=None)


def _proof(sentence: EvidenceSentence, said: Reading) -> Proof:
    """The sentence as a proof, with the spans of the quantities and dates that ``said`` has, too."""
    published, reading, at = sentence.article.date, sentence.reading, sentence.span.start
    shared = [q for q in reading.quantities if any(same_quantity(s, q) for s in said.quantities)]
    days = [
        moment
        for moment in reading.dates
        if any(same_date(resolved(s, published), complete(moment, published)) for s in said.dates)
    ]
    found: list[Quantity | Moment] = [*shared, *days]
    spans = sorted((one.start + at, one.end + at) for one in found)
    return Proof(sentence.passage, sentence.span, tuple(Span(*span) for span in spans))
