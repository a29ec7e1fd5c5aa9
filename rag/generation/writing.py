"""One reply of a chat model in the making: its sentences checked, cited, kept or left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from rag.events import CitationFound, Event, Text, Verified, Withdrawn
from rag.extractive.answer import Draft, join_sentences
from rag.generation.chat_model import Ending
from rag.generation.faults import cut_off, ran_on, some_withheld, unproven
from rag.generation.no_answer import RefusalTeller, is_no_answer
from rag.generation.reply import ReplyReader
from rag.generation.thoughts import Signal
from rag.generation.written import WrittenAnswer
from rag.records import AnswerSentence, Strictness, Support
from rag.verification.citations import Citations
from rag.verification.cited_sentences import Written
from rag.verification.cited_titles import folded
from rag.verification.reading import content, read, share
from rag.verification.verify import NEAR_SHARE, Checked, Verifier, is_kept

LONGEST_REPLY = 6000
"""Characters; a model that writes more than this is running on and is cut off."""

LONGEST_WITH_THOUGHTS = 60_000
"""The same where most of it is thought."""

_MOST_REPEATS = 3
"""A small model that says the same sentence once more than this would go on for ever."""

_ENDS = tuple("。！？.!?…；;：:”」』\"'’）)】]")


class Writing:
    """Takes a reply piece by piece; sentences are checked, citations numbered in the order of use.

    Args:
        verifier: Opens what checks sentences; it reads the passages, which takes longer than it may
            take to show the first word.
        refusals: Tells a sentence that says that there is no answer from one that answers.
        titles: Of the articles that the model is shown.
    """

    def __init__(
        self,
        verifier: Callable[[], Verifier],
        strictness: Strictness,
        refusals: RefusalTeller,
        titles: Iterable[str] = (),
    ) -> None:
        self._verifier = cache(verifier)
        self._strictness = strictness
        self._refusals = refusals
        self._reader = ReplyReader(folded(titles))
        self._received = 0
        self._begin()

    def _begin(self) -> None:
        self._sentences: list[AnswerSentence] = []
        self._citations = Citations()
        self._said: set[str] = set()
        self._repeats = self._length = self._withheld = 0
        self._refused = self._refused_outright = False
        self.begun = False

    @property
    def runs_on(self) -> bool:
        """Whether no more of the reply need be read."""
        return self._refused_outright or self._repeats > _MOST_REPEATS or self._too_long

    @property
    def _too_long(self) -> bool:
        return self._length > LONGEST_REPLY or self._received > LONGEST_WITH_THOUGHTS

    def take(self, piece: str) -> Iterator[Event]:
        self._received += len(piece)
        yield from self._read(self._reader.feed(piece))

    def close(self, *, cut: bool = False) -> Iterator[Event]:
        """What is left; of a reply that was cut off not the sentence that it was cut off in."""
        for part in self._reader.close():
            whole = not isinstance(part, Written) or part.text.endswith(_ENDS)
            if whole or not (cut and self._sentences):
                yield from self._take(part)

    def result(self, ending: Ending = Ending.COMPLETE) -> WrittenAnswer:
        """What was written; of a reply that broke off whatever came, else only what is supported.

        An answer of which no article supports a single sentence is given in open mode alone.
        """
        if self._refused and not self._sentences:
            return WrittenAnswer(refused=True)
        cut = cut_off(ending, begun=bool(self._sentences))
        all_unproven = all(s.support is Support.UNVERIFIED for s in self._sentences)
        if all_unproven and not (self._sentences and (cut or self._strictness is Strictness.OPEN)):
            told = self._withheld + len(self._sentences)
            return WrittenAnswer(notice=cut or (unproven(told) if told else None))
        sentences = tuple(self._sentences)
        long = ran_on(LONGEST_REPLY) if self._too_long else None
        return WrittenAnswer(
            Draft(join_sentences(sentences), sentences, self._citations.all),
            notice=cut or long or some_withheld(self._withheld),
            incomplete=cut is not None or self._too_long,
        )

    def _read(self, parts: Iterator[str | Written | Signal]) -> Iterator[Event]:
        for part in parts:
            yield from self._take(part)

    def _take(self, part: str | Written | Signal) -> Iterator[Event]:
        if isinstance(part, Signal):
            self._begin()
            yield Withdrawn()
        elif self._refused and not self._sentences:
            return  # what comes may still show that all so far was only thought
        elif isinstance(part, Written):
            yield from self._add(part)
        else:
            self._length += len(part)
            if self._strictness is not Strictness.STRICT:  # there text waits for its check
                yield Text(part)

    def _add(self, written: Written) -> Iterator[Event]:
        if is_no_answer(written.text):
            self._refused = self.begun = True
            self._refused_outright = not self._said
            return
        if written.text in self._said:
            self._repeats += 1
            return
        self._said.add(written.text)
        checked = self._verifier().check(written.text, written.markers)
        if self._refuses(checked):
            self._refused = self.begun = True
            if self._sentences:
                yield Verified(_uncited(checked), kept=False)
            return
        self.begun = self.begun or checked.claims
        if not is_kept(checked, self._strictness):
            self._withheld += checked.claims
            yield Verified(_uncited(checked), kept=False)
            return
        if self._strictness is Strictness.STRICT:
            yield Text(checked.text)
        sentence, new = self._citations.add(checked)
        yield from map(CitationFound, new)
        self._sentences.append(sentence)
        yield Verified(sentence)

    def _refuses(self, checked: Checked) -> bool:
        """Whether a sentence says that there is no answer; what an article says is none of that."""
        if not self._refusals.is_refusal(checked.text):
            return False
        if not checked.claims or checked.support is Support.UNVERIFIED:
            return True
        cited = (proof.span.of(proof.passage.article.text) for proof in checked.proofs)
        refusing = [words for words in cited if self._refusals.is_refusal(words)]
        if not refusing:
            return checked.support is not Support.SUPPORTED
        return not any(_tells(checked.text, words) for words in refusing)


def _tells(text: str, words: str) -> bool:
    """Whether a sentence says most of what an article's words do, in which somebody refuses."""
    said = read(text)
    return share(frozenset(content(words)), said.terms, said.characters) >= NEAR_SHARE


def _uncited(checked: Checked) -> AnswerSentence:
    return AnswerSentence(checked.text, (), checked.support, checked.reason)
