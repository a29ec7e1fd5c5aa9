"""Whether a sentence denies what its evidence states, or states what it denies.

A negation is compared by the word that it negates: 不收费 against 收费, "did not open" against
"opened". So are the commonest opposites (增长 and 下降, rose and fell).
"""

from __future__ import annotations

import re

from index.text.script import fold

_HAN = "\u3400-\u9fff"
_FILLERS = r"(?:\s|于|在|对|向|把|给|再|会|能|可以|可|得|有|曾|将|要|准|是|被|予|需要|需|必|应|允许|许|想|愿意?|打算|计划|再次|完全|直接)"
_NEGATORS = r"没有|没(?![收落])|不再|不(?![仅但过断少久同足到超低高小大多如论管料及良锈时])|未(?![来必])|尚未|并非|绝非|无法|无需|无须|无(?![锡人线数疑论])|从未|并未|禁止|严禁|不得|非(?![常洲遗])"
_CHINESE = re.compile(rf"(?P<negator>{_NEGATORS})(?P<filler>{_FILLERS}*)(?P<negated>[{_HAN}]{{2}})")
_ENGLISH_FILLERS = r"(?:(?:be|been|being|have|has|had|a|an|the|any|yet|also|ever|to|so|very|in|on|at|longer|all|require|allow)\s+)*"
_ENGLISH = re.compile(
    rf"\b(?P<negator>not|no|never|without|cannot|neither|nor|(?:\w+n['’]t))\s+{_ENGLISH_FILLERS}(?P<negated>[a-z]{{3,}})"
)
_ANY_NEGATION = re.compile(
    rf"{_NEGATORS}|\b(?:not|no|never|without|cannot|neither|nor|none|\w+n['’]t)\b"
)
_OPPOSITES = [
    (re.compile(one), re.compile(other))
    for one, other in (
        (
            r"增长|增加|上升|上涨|提高|提升|扩大|攀升|走高",
            r"下降|减少|下滑|下跌|降低|缩减|缩小|回落|走低",
        ),
        (r"(?<!不)支持|赞成|(?<!不)同意|批准", r"反对|拒绝|否决|驳回"),
        (r"免费", r"收费|付费"),
        (r"盈利", r"亏损"),
        (r"成功", r"失败"),
        (r"允许|准许", r"禁止|严禁|不准"),
        (r"提前", r"推迟|延期|延后"),
        (r"首次|第一次", r"最后一次|再次"),
        (r"开业|开张|开放", r"关闭|停业|关停"),
        (r"最大|最多|最高|最长", r"最小|最少|最低|最短"),
        (r"胜|击败|战胜", r"负于|不敌|败给"),
        (r"进口", r"出口"),
        (r"买入|购入|收购", r"卖出|出售"),
        (
            r"\b(?:rose|rise[sn]?|rising|grew|grow[sn]?|increased?s?|gained|climbed|up)\b",
            r"\b(?:fell|fall(?:s|en)?|falling|dropped|drop[s]?|declined?s?|decreased?s?|shrank|down)\b",
        ),
        (
            r"\b(?:supports?|supported|approved?s?|accept(?:s|ed)?)\b",
            r"\b(?:oppose[sd]?|reject(?:s|ed)?|refused?)\b",
        ),
        (r"\bfree\b", r"\b(?:paid|charged?s?|fees?)\b"),
        (r"\b(?:profits?|profitable)\b", r"\b(?:loss(?:es)?|unprofitable)\b"),
        (r"\b(?:open(?:s|ed)?|reopened)\b", r"\b(?:close[sd]?|shut)\b"),
        (
            r"\b(?:largest|biggest|highest|longest|most)\b",
            r"\b(?:smallest|lowest|shortest|least|fewest)\b",
        ),
        (r"\b(?:bans?|banned|prohibit(?:s|ed)?)\b", r"\b(?:allow(?:s|ed)?|permit(?:s|ted)?)\b"),
        (r"\b(?:before|earlier)\b", r"\b(?:after|later)\b"),
        (r"\b(?:ahead of schedule)\b", r"\b(?:delayed|postponed|behind schedule)\b"),
    )
]


def denied(sentence: str, evidence: str) -> str | None:
    """The words on which ``sentence`` and ``evidence`` say the opposite; ``None`` where they agree.

    >>> denied("夜船不收费。", "夜船收费45元。"), denied("夜船不收费。", "夜船不收费，也不停靠。")
    ('不收费', None)
    """
    said, stands = fold(sentence), fold(evidence)
    return _one_sided(said, stands) or _one_sided(stands, said) or _opposite(said, stands)


def denies(text: str) -> bool:
    """Whether there is any negation in ``text``."""
    return bool(_ANY_NEGATION.search(fold(text)))


def _one_sided(negating: str, stating: str) -> str | None:
    """What one text negates and the other, wherever it says it, does not."""
    for pattern in (_CHINESE, _ENGLISH):
        negated_there = {_stem(match["negated"]) for match in pattern.finditer(stating)}
        for match in pattern.finditer(negating):
            word = _stem(match["negated"])
            if (
                word not in negated_there
                and _states(stating, word)
                and not _states_too(negating, match, word)
            ):
                return " ".join(match[0].split())
    return None


def _states(text: str, word: str) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}" if word.isascii() else re.escape(word), text))


def _states_too(text: str, match: re.Match[str], word: str) -> bool:
    """Whether the text that negates a word also says it without negation."""
    return _states(text[: match.start()] + " " + text[match.end() :], word)


def _stem(word: str) -> str:
    """An English word without its ending, so that open finds opened; Chinese as it is."""
    if not word.isascii():
        return word
    return re.sub(r"(?<=\w{3})(?:ing|ed|es|s|e)$", "", word)


def _opposite(said: str, stands: str) -> str | None:
    for pair in _OPPOSITES:
        for here, there in (pair, pair[::-1]):
            found = here.search(said)
            if (
                found
                and there.search(stands)
                and not here.search(stands)
                and not there.search(said)
            ):
                return found[0]
    return None
