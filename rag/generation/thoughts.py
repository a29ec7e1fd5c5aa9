"""What a chat model thinks, taken out of what it says, while it arrives.

Models set their thoughts apart by tags (``<think>…</think>`` and its many kin), by channels
(``<|channel|>analysis<|message|>``) or by headings (``思考过程：… 最终答案：…``). Where the chat template has
already opened the thoughts, only their end is there to be seen: then all that came before was thought.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from index.text.rules import load_patterns

_RULES = load_patterns("rag.generation", "thoughts")
_THOUGHT, _ANSWER = (f"(?:{_RULES[name].pattern})" for name in ("thought", "answer"))
_OPENING_LINE = f"(?:{_RULES['thought_heading'].pattern})"
_ANSWERING_LINE = f"(?:{_RULES['answer_heading'].pattern})"

_OPENS = re.compile(
    rf"(?:<|&lt;){_THOUGHT}(?:\s[^<>\n]*)?(?:>|&gt;)|<\|?(?:begin|start)_?(?:of_)?{_THOUGHT}\|?>|<\|(?!end|begin|start){_THOUGHT}\|>|◁{_THOUGHT}▷"
    rf"|\[{_THOUGHT}\]|【{_THOUGHT}】|<details\s[^<>\n]*reasoning[^<>\n]*>|<unused94>(?:thought)?"
    rf"|<details[^<>\n]*>\s*<summary>[^<>\n]{{0,20}}?{_THOUGHT}[^<>\n]{{0,40}}</summary>|```{_THOUGHT}\n|<\|inner_prefix\|>"
    r"|<\|channel\|>\s?(?:analysis|commentary)[^<\n]{0,40}<\|message\|>",
    re.I,
)
_CLOSES = re.compile(
    rf"(?:<|&lt;)/{_THOUGHT}\s?(?:>|&gt;)|<\|?end_?(?:of_)?{_THOUGHT}\|?>|<\|/{_THOUGHT}\|>|◁/{_THOUGHT}▷|\[/{_THOUGHT}\]|【/{_THOUGHT}】"
    r"|<unused95>|<\|inner_suffix\|>|<\|channel\|>\s?final[^<\n]{0,40}<\|message\|>"
    rf"|<{_ANSWER}>|<\|?begin_?(?:of_)?{_ANSWER}\|?>|<\|?start_?(?:of_)?{_ANSWER}\|?>",
    re.I,
)
_ENDS_FENCE = re.compile(r"(?<=\n)```")
_ENDS_QUOTED = re.compile(r"(?<=\n)[^\S\n]*+(?=[^\s>])")
_ENDS_DETAILS = re.compile(r"</details>", re.I)
_ENDS_CHANNEL = re.compile(r"<\|channel\|>\s?final[^<\n]{0,40}<\|message\|>", re.I)
_EMPTY_TAG = re.compile(
    rf"</{_ANSWER}>|<\|?end_?(?:of_)?{_ANSWER}\|?>"
    r"|<\|(?:start|end|return|call|im_start|im_end|eot_id|endoftext|eom_id)\|>(?:assistant)?|</s>",
    re.I,
)
_HEADED = re.compile(
    rf"[#*_>\s]{{0,60}}{_OPENING_LINE}(?:…|\.\.\.)?\*{{0,4}}\s{{0,9}}(?:[:：]\*{{0,4}}|\n)", re.I
)
_ANSWERS = re.compile(
    rf"(?:^|(?<=\n))[#*_>\s]{{0,60}}{_ANSWERING_LINE}\*{{0,4}}\s{{0,9}}(?:[:：]\*{{0,4}}(?=[^*])|\n)"
    rf"|{_CLOSES.pattern}",
    re.I,
)
_MAY_BE_HEADED = re.compile(r"[#*_>\s]*+(?:[我思推hmtrc][\w ]{0,32}[….]{0,3})?\*{0,4}\s?", re.I)
_MAY_BE_TAG = re.compile(
    r"(?:<[/|]?(?:[A-Za-z_|\u3400-\u9fff][^<>\n]{0,80})?|[\[◁【]/?[^\W\d]{0,16}"
    r"|<\|channel\|>[^<\n]{0,40}(?:<[|\w]{0,12})?|<unused9[45]>t?h?o?u?g?h?"
    r"|<details[^<>\n]{0,80}>\s*(?:<summary>[^<>\n]{0,80})?(?:<[/\w]{0,8})?|`{1,3}[a-z_]{0,20}"
    r"|&(?:l(?:t(?:;[^&<>\n]{0,40}(?:&(?:gt?)?)?)?)?)?)$"
)

_LONGEST_MARK = 200
"""No mark that ends thoughts is longer; so much of what was looked through is looked through again."""


class Signal(Enum):
    """What became clear of the text that has been given out."""

    ANEW = "anew"
    """All of it was thought; what comes is the answer."""


class ThoughtFilter:
    """Takes the pieces of a reply, gives what of it is no thought.

    >>> thoughts = ThoughtFilter()
    >>> "".join([*thoughts.feed("<think>引文[1]说"), *thoughts.feed("了。</think>大桥通车了。")])
    '大桥通车了。'
    >>> [*ThoughtFilter().feed("看引文。</think>大桥通车了。")]
    ['看引文。', <Signal.ANEW: 'anew'>, '大桥通车了。']
    """

    def __init__(self) -> None:
        self._held = ""
        self._opening = True
        self._looked_through = 0
        self._closes: re.Pattern[str] | None = None
        self._orphaned = False
        self._given = False

    def feed(self, piece: str) -> Iterator[str | Signal]:
        self._held += piece
        if self._opening and self._is_headed():
            return
        self._opening = False
        while found := self._next_tag():
            before, self._held = self._held[: found.start()], self._held[found.end() :]
            thinking, self._closes = self._closes is not None, _closing(found)
            if not thinking:
                yield from self._give(before)
                self._orphaned = self._orphaned or bool(_CLOSES.fullmatch(found[0]))
        if self._closes:
            self._held = self._held[-_LONGEST_MARK:]
        else:
            tag = _MAY_BE_TAG.search(self._held)
            sure = tag.start() if tag else len(self._held)
            text, self._held = self._held[:sure], self._held[sure:]
            yield from self._give(text)

    def close(self) -> Iterator[str | Signal]:
        """What is left at the end; thoughts that never ended are none of it."""
        if self._opening:
            self._opening = False
            yield from self.feed("")
        if self._closes is None:
            yield from self._give(self._held)
        self._held = ""

    def _is_headed(self) -> bool:
        """Whether the reply begins, or may yet, with a heading of thoughts that have not ended."""
        if not _HEADED.match(self._held):
            return bool(_MAY_BE_HEADED.fullmatch(self._held))
        quoted = self._held.lstrip().startswith(">")
        at = self._looked_through
        answers = _ANSWERS.search(self._held, at) or (
            quoted and _ENDS_QUOTED.search(self._held, at)
        )
        self._looked_through = max(0, len(self._held) - _LONGEST_MARK)
        if answers:
            self._held = self._held[answers.end() :]
        return not answers

    def _next_tag(self) -> re.Match[str] | None:
        if self._closes:
            return self._closes.search(self._held)
        found = [tag for kind in _TAGS if (tag := kind.search(self._held))]
        return min(found, key=lambda tag: tag.start(), default=None)

    def _give(self, text: str) -> Iterator[str | Signal]:
        if self._orphaned:
            if not text.strip():
                return  # nothing follows yet: what came before may be all that there is
            self._orphaned = False
            if self._given:
                yield Signal.ANEW
        if text:
            self._given = self._given or bool(text.strip())
            yield text


_TAGS = (_OPENS, _CLOSES, _EMPTY_TAG)


def _closing(tag: re.Match[str]) -> re.Pattern[str] | None:
    """What ends the thoughts that a tag opens; ``None`` where it opens none."""
    if not _OPENS.fullmatch(tag[0]):
        return None
    if tag[0].lower().startswith("<details"):
        return _ENDS_DETAILS
    if tag[0].startswith("```"):
        return _ENDS_FENCE
    return _ENDS_CHANNEL if "channel" in tag[0] else _CLOSES


def without_thoughts(text: str) -> str:
    """A whole reply without its thoughts.

    >>> without_thoughts("<think>问的是桥。</think>大桥有多长？")
    '大桥有多长？'
    """
    thoughts, said = ThoughtFilter(), ""
    for part in [*thoughts.feed(text), *thoughts.close()]:
        said = "" if part is Signal.ANEW else f"{said}{part}"
    return said
