"""The names a sentence gives: quoted, Latin, of organisations, persons and places.

Found by their form and by the words around them, without a model: what 《》 and “” hold, runs of
Latin letters (in English those with capitals), Chinese runs before a suffix such as 公司, a family
name with a title or a verb of saying, and the best-known places. A Chinese name that none of these
gives away is not found; the share of the sentence's words that the evidence has speaks for those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from index.text.terms import fold


class NameKind(StrEnum):
    """What gave the name away."""

    TITLE = "title"
    QUOTED = "quoted"
    LATIN = "latin"
    ORGANISATION = "organisation"
    PERSON = "person"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text, from ``start`` to ``end``."""

    text: str
    kind: NameKind
    start: int
    end: int


_HAN = "\u3400-\u9fff"
_QUOTED = re.compile(
    r"《([^《》\n]{1,60})》|“([^“”\n]{1,80})”|「([^「」\n]{1,80})」|『([^『』\n]{1,80})』|\"([^\"\n]{2,80})\""
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-.&+_/][A-Za-z0-9]+)*\+?")
_MIXED = re.compile(r"\d|[a-z].*[A-Z]|[A-Z].*[A-Z]|.-[A-Z]")
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施"
)
_PERSON = rf"(?:欧阳|上官|司马|诸葛|[{_FAMILY}])[{_HAN}]{{1,2}}"
_TITLE = (
    r"校长|厂长|站长|馆长|院长|市长|省长|县长|镇长|局长|部长|处长|科长|会长|行长|店长|村长|队长|团长|董事长|总经理|经理|总裁"
    r"|总监|主任|主席|书记|教授|博士|医生|律师|记者|老师|教练|导演|设计师|工程师|研究员|首席执行官|首席科学家|创始人|负责人|发言人"
)
_SAYING = r"说|表示|介绍|指出|认为|称|透露|强调|告诉|坦言|回忆|补充|宣布|解释|出任|担任|执导|执教|主持|主演|领衔|获|当选|先生|女士|带领|率领"
_PERSONS = re.compile(
    rf"(?:{_TITLE})({_PERSON}?)(?=(?:{_SAYING}|[，。、；：在的与和将是为]|$))|(?<![{_HAN}])({_PERSON}?)(?=(?:{_SAYING}))"
)
_NO_PERSONS = re.compile(
    r".*[的了在和与是为将已对向从被]|^(?:高度|方面|任何|何时|许多|江苏|安全|金额|石油|白天|万元|余名|向记者|马上|于是|任务|方案|程序|钱款|高兴)"
)
_ORGANISATION = re.compile(
    rf"((?:[{_HAN}A-Za-z0-9]|(?<=[{_HAN}])（[{_HAN}]{{2,4}}）){{2,16}}?)"
    r"(?<!\d)(公司|集团|大学|学院|委员会|银行|医院|研究院|研究所|协会|基金会|法院|检察院|出版社|中学|小学|幼儿园|博物馆|图书馆|美术馆|机场|事务所|电视台|日报|晚报)"
)
_NOT_OF_A_NAME = re.compile(
    r".*(?:由|在|与|和|的|是|据|向|对|被|将|从|到|为|了|等|及|让|给|把|于|该|这|那|本|某|其|各|多|几|每|所|家|名|位|个|座|自|说|称|任|长|有|去年|今年|以来)"
)
_PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西"
    "|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|广州|深圳|杭州|南京|苏州|武汉|成都|西安|长沙|郑州|青岛|济南|大连|沈阳"
    "|宁波|厦门|福州|合肥|无锡|东莞|佛山|昆明|哈尔滨|长春|石家庄|太原|南昌|南宁|贵阳|兰州|海口|三亚|温州|常州|珠海|中国|美国|英国"
    "|法国|德国|日本|韩国|俄罗斯|印度|加拿大|澳大利亚|新加坡|泰国|越南|马来西亚|印尼|巴西|意大利|西班牙|荷兰|瑞士|瑞典|东京|纽约|伦敦|巴黎"
)
_PLACE = re.compile(
    rf"{_PLACES}|(?<![{_HAN}])[{_HAN}]{{2}}(?:市|省|县|镇|村)(?![场长民级里内区政值面])"
)
_STARTERS = frozenset(
    re.findall(
        r"\w+",
        """
        a an the this that these those it its he she they we i you in on at by for from to of
        with as and but or if when while after before since during according there here both
        all some many most more no not one two three four five six seven eight nine ten
        however also meanwhile moreover overall about over under up down out our their his her
        what who where which how why is are was were be been has have had will would can could
        may might must should do does did so then than total each every another other such new
        first second third january february march april may june july august september october
        november december monday tuesday wednesday thursday friday saturday sunday
        """,
    )
)
_ENGLISH_SAYING = re.compile(
    r"\s+(?:said|says|told|added|announced|noted|explained|joined|founded|acquired|bought|won|leads|led)\b"
)
_CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z][\w'’&.-]*(?<![.'’])(?:\s+(?:of\s+)?[A-Z][\w'’&-]*)*")


def find_names(text: str, *, english: bool, translated: bool = False) -> list[Name]:
    """The names of ``text``, a place that is part of another name left out.

    Args:
        english: Whether the text is English: there only Latin words with capitals are names.
        translated: Whether the evidence is in another language; an ordinary word with a capital
            (Shanghai) is then no name that could be looked for, MES and Med-Go are.

    >>> [name.text for name in find_names("云杉公司的E20由校长温如玉在《晨报》推荐", english=False)]
    ['晨报', 'E20', '云杉公司', '温如玉']
    """
    found = [*_quoted(text, translated), *_latin(text, english, translated)]
    if not english:
        found += [*_organisations(text), *_persons(text)]
        found += [n for n in _places(text) if not any(o.start <= n.start < o.end for o in found)]
    return found


def _quoted(text: str, translated: bool) -> Iterator[Name]:
    for match in _QUOTED.finditer(text):
        inside = match[match.lastindex or 0]
        if not translated and fold_name(inside):
            kind = NameKind.TITLE if match[1] else NameKind.QUOTED
            yield Name(inside, kind, match.start(), match.end())


def _latin(text: str, english: bool, translated: bool) -> Iterator[Name]:
    if not english:
        words: Iterator[re.Match[str]] = _LATIN.finditer(text)
        for match in words:
            if not translated or _MIXED.search(match[0]):
                yield Name(match[0], NameKind.LATIN, match.start(), match.end())
        return
    for run in _CAPITALS.finditer(text):
        for match in _LATIN.finditer(run[0]):
            start, end = run.start() + match.start(), run.start() + match.end()
            if _is_name(text, match[0], start, run, translated):
                yield Name(match[0], NameKind.LATIN, start, end)
    for match in _LATIN.finditer(text):
        if match[0][0].islower() and _MIXED.search(match[0]) and "/" not in match[0]:
            yield Name(match[0], NameKind.LATIN, match.start(), match.end())


def _is_name(text: str, word: str, start: int, run: re.Match[str], translated: bool) -> bool:
    """Whether a word with a capital is a name; the first word of a sentence has one anyway."""
    if _MIXED.search(word):
        return True
    if translated or word.lower() in _STARTERS or len(word) == 1:
        return False
    opens = not text[:start].strip(" \"'“‘(*-")
    return not opens or " " in run[0] or bool(_ENGLISH_SAYING.match(text, run.end()))


def _organisations(text: str) -> Iterator[Name]:
    for match in _ORGANISATION.finditer(text):
        stem = match[1]
        if left := _NOT_OF_A_NAME.match(stem):
            stem = stem[left.end() :]
        if len(stem) >= 2:
            start = match.start(2) - len(stem)
            yield Name(stem + match[2], NameKind.ORGANISATION, start, match.end())


def _persons(text: str) -> Iterator[Name]:
    for match in _PERSONS.finditer(text):
        group = match.lastindex or 0
        if not _NO_PERSONS.match(match[group]):
            yield Name(match[group], NameKind.PERSON, match.start(group), match.end(group))


def _places(text: str) -> Iterator[Name]:
    return (Name(m[0], NameKind.PLACE, m.start(), m.end()) for m in _PLACE.finditer(text))


def fold_name(text: str) -> str:
    """``text`` without width, case, white space and punctuation, for looking a name up."""
    return "".join(one for one in fold(text) if one.isalnum() or one in "+%")


def stands_in(name: Name, text: str, words: frozenset[str]) -> bool:
    """Whether a name stands in a text.

    A Latin name has to be a word there (E2 does not stand in E20); of an organisation its short
    form will do, or most of a run whose beginning may not belong to it.

    Args:
        text: The text as ``fold_name`` gives it.
        words: Its Latin words (``latin_words``).
    """
    folded = fold_name(name.text)
    if name.kind is NameKind.LATIN:
        return folded in words or folded.removesuffix("s") in words or f"{folded}s" in words
    if folded in text:
        return True
    if name.kind is not NameKind.ORGANISATION:
        return False
    suffix = _ORGANISATION.fullmatch(folded)
    stem = suffix[1] if suffix else folded
    pairs = [stem[at : at + 2] for at in range(len(stem) - 1)] or [stem]
    return sum(pair in text for pair in pairs) > len(pairs) * 0.59


def latin_words(text: str) -> frozenset[str]:
    """The Latin words of a text, folded: whole and by their parts, for ``stands_in``."""
    words = [match[0] for match in _LATIN.finditer(fold(text))]
    parts = (part for word in words for part in re.split(r"[-.&+_/]", word))
    return frozenset([*(fold_name(word) for word in words), *parts])
