"""Questions made of news sentences: Chinese keeps its question words in place.

What answers stands in a sentence (a figure with its unit, a day, a person after an office, an
organisation before what it did, a reason, a list …); with a question word in its stead the sentence
asks for it: 该船共装载**约3.2万吨**粮食 → 该船共装载**多少吨**粮食？ Such a question is as long and as well
spoken as its sentence, so that it is then made poorer, the way people ask: clauses and small words
dropped, other words for the same, the question word brought forward, a polite or clumsy frame, or
nothing but the words one would type into a search box. (Cloze questions as training data for
reading: Lewis et al. 2019, arXiv:1906.04980.)
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.training.examples import Example
from eval.training.public_sets import Text
from index.text.sentences import split_sentences
from index.text.terms import content_terms

_HAN = r"[\u4e00-\u9fff]"
_UNITS = (
    "亿美元|万美元|美元|亿欧元|欧元|亿日元|日元|万亿元|亿元|万元|元|万人次|人次|万人|人|万户|户|万家|家|万个|个|万台|台|万辆|辆"
    "|万件|件|万吨|吨|公斤|千克|克|公里|千米|海里|米|厘米|平方公里|平方米|万平方米|公顷|万亩|亩|立方米|亿立方米|倍|倍以上|%|％|个百分点|摄氏度|度|岁|年|个月|天|小时|分钟"
    "|秒|项|名|位|种|款|类|部|场|次|条|座|所|支|架|艘|枚|颗|届|处|套|层|期|篇|册|票|分|级|千瓦时|亿千瓦时|万千瓦|兆瓦|宗|起|例|剂次|株|头|只|箱|标箱|单|本|幅|批"
)
_MONEY = re.compile("元$")
_PEOPLE = "名位人"
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎鲁韦马苗方俞任袁柳史唐费廉薛雷"
    "贺倪汤殷罗毕郝邬安常乐于时傅齐康伍余元卜顾孟平黄和穆萧尹姚邵汪祁毛禹狄米明臧成戴谈宋庞熊纪舒屈项祝董梁杜阮蓝闵季麻强贾路江"
    "童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘解应宗丁宣邓郁杭洪包左石崔吉龚程邢裴陆荣翁甄曲家封储靳段巴山谷车侯全班"
    "秋仲伊宫宁仇甘厉武符刘景詹龙叶幸司黎白怀蒲从赖卓池乔闻莘党翟谭申扶冉雍桑桂牛寿通边燕冀浦尚农温庄晏柴瞿阎习游权欧"
)
_OFFICES = (
    "总理|主席|总统|部长|副部长|教授|院长|副院长|院士|主任|副主任|经理|总经理|董事长|总裁|书记|副书记|市长|副市长|省长|副省长|局长|副局长|司长|处长|首相|外长|大使"
    "|CEO|创始人|负责人|队长|教练|秘书长|会长|理事长|发言人|所长|馆长|校长|研究员|分析师|工程师|记者|导演|医生|主任医师|选手|运动员|市民|村民|董事|站长|首席科学家|首席执行官"
)
_ORGANISATION = "公司|集团|大学|学院|研究院|研究所|研究中心|委员会|银行|协会|学会|联合会|基金会|医院|交易所|法院|检察院|[^全大小]局|[^一全本细]部|办公室|科技|汽车|证券|政府"
_PLACE = "省|市|县|区|镇|村|州|岛|馆|中心|广场|大厦|酒店|体育场|大会堂|公园|机场|港|园区|大学|站"
_DID = "发布|宣布|推出|表示|印发|启动|联合|举办|主办|获得|获|完成|签署|研发|开发|建成|通报|公布|收购|投资|成立|承建|生产|起诉|中标|申请|提出|发起|组织"
_HELD = (
    "举行|召开|开幕|举办|发布|签署|成立|启动|开工|落成|揭牌|亮相|进行|会见|发生|闭幕|通车|上线|建成"
)


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where an answer stands in a sentence, and the words that ask for it, common ones first.

    Attributes:
        terse: What stands for them where the question is typed into a search box.
        after: Whether the question words may follow the rest: …，是多少？
    """

    start: int
    end: int
    asking: Sequence[str]
    terse: Sequence[str]
    after: Sequence[str] = ()


def _figures(sentence: str) -> Iterator[_Slot]:
    for match in _FIGURE.finditer(sentence):
        unit = match["unit"]
        short = re.sub(r"^[万亿千百]+", "", unit) or unit
        if _MONEY.search(unit):
            asking = [f"多少{short}", "多少钱", "多少", f"多少{unit}", "多少资金"]
            terse, after = ["多少钱", "金额"], ["是多少钱", "是多少", "有多少"]
        elif short in "%％" or unit == "个百分点":
            asking = ["多少", "百分之多少", "多少个百分点" if "点" in unit else "百分之几", "几成"]
            terse, after = ["比例", "百分之多少", "多少"], ["是多少", "是百分之多少", "有多高"]
        elif short in _PEOPLE:
            asking = [f"多少{short}", "多少人", "几个人", "多少个人", f"几{short}"]
            terse, after = ["人数", "多少人"], ["有多少人", "是多少", "一共几个"]
        elif unit in ("年", "个月", "天", "小时", "分钟", "秒"):
            asking = [f"多少{unit}", "多久", f"几{unit}", "多长时间", "多少时间"]
            terse, after = ["多久", "时长"], ["要多久", "是多长时间"]
        else:
            asking = [
                f"多少{short}",
                "多少",
                f"几{short}",
                f"多少{unit}",
                "多少个",
                f"有多少{short}",
            ]
            terse, after = ["多少", "数量", f"几{short}"], ["是多少", "有多少", "到底有多少"]
        yield _Slot(match.start("all"), match.end("all"), asking, terse, after)


_FIGURE = re.compile(
    rf"(?<![前第近今去明\d.])(?P<all>(?:约|近|超过|超|逾|至少|不低于|不超过|最高|共|上)?(?:\d[\d,]*(?:\.\d+)?|[三四五六七八九十百两]{{1,4}}(?=[多余]?(?:名|位|家|款|项|种|座|人)))(?:多|余)?(?P<unit>{_UNITS})(?:以上|以内|左右|多)?)"
    r"(?![月日号\d])"
)
_DATE = re.compile(
    r"(?:(?:20|19)\d\d年)?\d{1,2}月(?:\d{1,2}[日号](?:至(?:\d{1,2}月)?\d{1,2}[日号])?|[上中下]旬|底|初)(?:[上下]午|晚上?|凌晨)?(?:\d{1,2}[时点:：]\d{0,2}分?)?"
    r"|(?:20|19)\d\d年(?:\d{1,2}月|[上下]半年|[底初]|第?[一二三四]季度)?|\d{1,2}[日号](?:上午|下午|晚上?|凌晨)?(?=[，在举召，])"
)
_PERSON = re.compile(
    rf"(?:{_OFFICES})(?P<all>[{_SURNAMES}](?:{_HAN}{{1,2}}))(?=表示|说|指出|介绍|认为|称|告诉|，|、|强调|透露|在|出席|率|作|向|会见|主持|宣布|带领)"
    rf"|(?:{_OFFICES})(?P<foreign>{_HAN}{{2,6}}(?:·{_HAN}{{2,6}})?)(?=表示|说|指出|介绍|认为|称|强调|透露|会见|宣布)"
)
_SITE = re.compile(
    rf"(?:在|于|位于|落户|走进)(?P<all>{_HAN}{{2,12}}?(?:{_PLACE}))(?P<did>(?:隆重|正式|成功)?(?:{_HELD}))"
)
_SITE_AT = re.compile(
    rf"(?:位于|坐落于|落户|前往|抵达|来到)(?P<all>{_HAN}{{2,12}}?(?:{_PLACE}))(?=[，。、的])"
)
_ACTOR = re.compile(
    rf"(?:^|[，、；：由]|日|近日)(?P<all>[\w（）·]{{1,16}}?(?:{_ORGANISATION}))(?=(?:近日|今天|昨日|昨天|日前|正式|今日|已|将|也|\d+日)?(?:{_DID}))"
)
_QUOTED = re.compile(
    r"(?P<before>[\u4e00-\u9fff]{2})?(?P<all>[“《](?P<in>[^”》“《，。！？；,]{2,20})[”》])"
)
_REASON = re.compile(
    r"(?:由于|因为|因|得益于|受)(?P<all>[^，。；因受]{4,30}?)(?:影响|的影响|原因)?，(?P<then>[^，。；]{4,40})"
)
_AIM = re.compile(r"(?:为了|旨在|目的是|以便)(?P<all>[^，。；]{5,34})(?=[，。；])")
_LIST = re.compile(
    r"(?:包括|包含|涵盖|分别为|分别是|有|涉及|设有|其中)(?P<all>[^，。；、：:]{2,14}(?:、[^，。；、]{2,14})+(?:[和及与以][^，。；、]{2,14})?)(?P<more>等|[，。；])"
)
_WAY = re.compile(
    r"(?:可以?通过|通过|可登录|可拨打|可前往|采用|利用|依托|借助)(?P<all>[^，。；]{3,24}?)(?:等?方式|等?途径|进行|实现|报名|申请|咨询|办理|完成|，)"
)
_BEING = re.compile(
    r"(?P<subject>[^，。；：以]{5,24}?)(?:就是|是|成为|叫做|命名为|名为|被评为|当选为?|担任|入选|荣获|被称为|主题为|分别为)(?P<all>[^，。；：是的为]{2,18})(?=[，。；])"
)
_CONTACT = re.compile(
    r"(?P<all>(?<!\d)(?:\d{3,4}-)?\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|[\w.+-]+@[\w-]+\.[\w.]+|(?:https?://|www\.)[\w./?=&%-]+)"
)
_ORDINAL = re.compile(r"(?P<all>第[一二三四五六七八九十百\d]+)(?=[届次批位个名期季])")

_WHEN = ["什么时候", "何时", "哪天", "几月几号", "啥时候", "什么时间", "哪一天", "几号", "哪年"]
_WHO = ["谁", "哪位", "哪个人", "哪位领导", "谁"]
_WHERE = ["哪里", "哪儿", "什么地方", "哪个地方", "啥地方", "何处"]
_WHICH = ["哪家单位", "谁", "哪家机构", "哪个部门", "哪家公司", "哪个单位", "什么机构"]
_WHAT = ["什么", "啥", "哪个", "什么", "哪一个"]


def _dates(sentence: str) -> Iterator[_Slot]:
    for match in _DATE.finditer(sentence):
        if match.group().endswith("年"):
            asking: Sequence[str] = ["哪一年", "哪年", "什么时候", "何时", "几几年"]
        else:
            asking = _WHEN
        yield _Slot(
            match.start(),
            match.end(),
            asking,
            ["时间", "什么时候", "日期"],
            ["是什么时候", "是哪天", "是啥时候的事"],
        )


def _simple(
    pattern: re.Pattern[str],
    asking: Sequence[str],
    terse: Sequence[str],
    after: Sequence[str] = (),
) -> Callable[[str], Iterator[_Slot]]:
    def slots(sentence: str) -> Iterator[_Slot]:
        for match in pattern.finditer(sentence):
            name = "all" if match["all"] is not None else "foreign"
            yield _Slot(match.start(name), match.end(name), asking, terse, after)

    return slots


_KINDS: Mapping[str, tuple[float, Callable[[str], Iterator[_Slot]]]] = {
    "figure": (0.5, _figures),
    "date": (0.5, _dates),
    "person": (
        1.0,
        _simple(_PERSON, _WHO, ["谁", "姓名", "是谁"], ["是谁", "叫什么名字", "是哪位"]),
    ),
    "site": (1.0, _simple(_SITE, _WHERE, ["地点", "在哪"], ["是在哪儿", "在什么地方"])),
    "place": (1.0, _simple(_SITE_AT, _WHERE, ["在哪", "位置", "地址"], ["在哪", "是哪里"])),
    "actor": (
        0.8,
        _simple(_ACTOR, _WHICH, ["哪家", "谁", "主办方"], ["是谁", "是哪家", "是哪个单位做的"]),
    ),
    "quoted": (0.5, _simple(_QUOTED, _WHAT, ["名字", "叫什么"], ["叫什么", "叫啥名字", "是什么"])),
    "aim": (
        0.8,
        _simple(_AIM, ["什么", "啥"], ["目的", "为什么"], ["是为了什么", "图啥", "目的是什么"]),
    ),
    "list": (
        1.0,
        _simple(_LIST, ["哪些", "什么", "哪几个", "啥"], ["有哪些", "名单"], ["有哪些", "都有啥"]),
    ),
    "way": (
        0.8,
        _simple(
            _WAY,
            ["什么", "什么渠道", "什么办法", "啥"],
            ["怎么", "方式"],
            ["怎么弄", "靠什么", "怎么办到的"],
        ),
    ),
    "being": (0.5, _simple(_BEING, ["什么", "啥", "哪个", "谁"], ["是什么"], ["是什么", "是啥"])),
    "contact": (
        1.0,
        _simple(
            _CONTACT,
            ["多少", "什么"],
            ["电话", "联系方式", "网址"],
            ["是多少", "是什么", "联系方式是什么"],
        ),
    ),
    "ordinal": (0.6, _simple(_ORDINAL, ["第几"], ["第几"], ["是第几"])),
}

_SAME: Mapping[str, Sequence[str]] = {
    "举行": ("举办", "开", "办"),
    "召开": ("开", "举行"),
    "举办": ("办", "举行"),
    "表示": ("说", "讲", "提到"),
    "指出": ("说", "提到"),
    "发布": ("公布", "出", "推出"),
    "推出": ("发布", "上", "拿出"),
    "企业": ("公司", "单位"),
    "公司": ("企业",),
    "超过": ("多于", "超"),
    "达到": ("到", "有", "为"),
    "同比增长": ("比去年多", "同比涨", "较上年增长", "增长"),
    "增长": ("涨", "增加", "提高"),
    "下降": ("降", "减少", "跌"),
    "获得": ("拿到", "得到", "获", "拿"),
    "建设": ("建", "修"),
    "投资": ("投入", "投"),
    "参加": ("参与", "出席", "来"),
    "实现": ("做到", "达到"),
    "开展": ("做", "搞", "进行"),
    "进行": ("做", "搞"),
    "提供": ("给", "给出"),
    "目前": ("现在", ""),
    "全国": ("中国", "我国"),
    "我国": ("中国", "国内", "全国"),
    "预计": ("估计", "预期"),
    "成立": ("设立", "创办"),
    "启动": ("开始", "开启"),
    "印发": ("下发", "发布", "出台"),
    "位于": ("在", "坐落在"),
    "总计": ("一共", "共"),
    "累计": ("总共", "一共"),
    "上涨": ("涨", "升"),
    "价格": ("售价", "价钱", "卖价"),
    "同比": ("比去年同期", ""),
    "今年": ("本年度", "今年"),
    "截至": ("到",),
    "以来": ("到现在",),
    "人员": ("人",),
    "儿童": ("小孩", "孩子"),
    "老年人": ("老人",),
    "购买": ("买",),
    "出售": ("卖",),
    "运营": ("运行", "营运"),
    "申请": ("申报", "报名"),
    "规模": ("大小", "体量"),
    "使用": ("用",),
    "需要": ("要", "得"),
    "完成": ("做完", "完结"),
    "开幕": ("开始", "开场", "揭幕"),
    "负责": ("管", "主管"),
    "方面": ("", "领域"),
    "项目": ("工程", "计划"),
    "北京": ("首都", "北京"),
    "人工智能": ("AI",),
    "新能源汽车": ("电动车", "新能源车"),
    "博览会": ("博览会", "展会", "展"),
    "会议": ("会",),
    "活动": ("活动", "这活动"),
}
_SMALL = re.compile(
    r"据悉|据了解|据介绍|据统计|据报道|记者了解到|此外|另外|同时|其中|目前|近日|日前|正式|成功|进一步|不断|持续|积极|也|已经|已|将|共计|还|均|分别|了|的(?=[\u4e00-\u9fff])|（[^）]*）|\([^)]*\)"
)
_LEADING = re.compile(
    r"^(?:据悉|据了解|据介绍|据统计|据报道|记者从.{2,12}获悉|此外|另外|同时|其中|但是?|而且?|因此|所以|不过|然而|并且?|对此|随后|之后|至此|随着|如今|而是|也|还|则|他说|她说|他表示|[“”‘’\"（(《》)）、，：: ]+)+[，,：:]?"
)
_FRAMES = (
    "请问{}", "想问一下{}", "{}呀", "{}来着", "帮我查查{}", "我想知道{}", "你知道{}吗", "麻烦问下，{}", "{}，谢谢", "有人知道{}吗", "查一下{}", "{}呢", "告诉我{}", "问下{}"
)  # fmt: skip
_CLAUSE = re.compile(r"[，；：;]|,(?!\d)")


def questions_of(text: Text, rng: random.Random, most: int) -> list[Example]:
    """Up to ``most`` questions made of an article's sentences."""
    spans = [span for span in split_sentences(text.text) if 12 <= span.end - span.start <= 160]
    rng.shuffle(spans)
    made: list[Example] = []
    for span in spans:
        if len(made) >= most:
            break
        sentence = span.of(text.text)
        slots = [
            (kind, slot, share) for kind, (share, find) in _KINDS.items() for slot in find(sentence)
        ]
        if not slots:
            continue
        kind, slot, _ = rng.choices(slots, [share for *_, share in slots])[0]
        question = _asked(sentence, slot, text.title, rng)
        answer = sentence[slot.start : slot.end]
        if question is None or answer.strip("“”《》") in question:
            continue
        made.append(
            Example(
                source=f"news/{kind}",
                group=text.article_id,
                question=question,
                title=text.title,
                text=text.text,
                answers=(answer,),
                near=span.start + slot.start,
            )
        )
    return made


def reworded(example: Example) -> Example | None:
    """The question on its article less its own sentence, where another one tells the answer, too.

    News tells a thing twice, in other words: in its headline or lead and further down. ``None`` where
    it does not.
    """
    (answer,) = example.answers
    if len(answer) < _TELLING:
        return None
    spans = split_sentences(example.text)
    own = next(span for span in spans if span.start <= example.near < span.end)
    asked = set(content_terms(example.question))
    told = own.of(example.text)
    best, most = None, _SHARED
    for span in spans:
        sentence = span.of(example.text)
        if answer not in sentence or sentence[:_ALIKE] in told or told[:_ALIKE] in sentence:
            continue
        shared = len(asked.intersection(content_terms(sentence.replace(answer, ""))))
        if shared >= most:
            best, most = span.start + sentence.index(answer), shared + 1
    if best is None:
        return None
    near = best if best < own.start else best - (own.end - own.start)
    text = example.text[: own.start] + example.text[own.end :]
    return replace(example, source="news/reworded", text=text, near=near)


_TELLING = 3
"""Characters of an answer that is not found in other sentences by chance."""

_SHARED = 3
"""Terms that a question has to share with another sentence that tells its answer."""

_ALIKE = 20
"""Characters at a sentence's beginning by which it is the other over again."""


def _asked(sentence: str, slot: _Slot, title: str, rng: random.Random) -> str | None:
    """The question for what stands in a slot; ``None`` where too little is left to ask by."""
    before, after = _around(sentence, slot, rng)
    if len(re.findall(_HAN, before + after)) < _FEWEST:
        return None
    style = rng.random()
    if style < _IN_PLACE or (style < _AT_THE_END and not slot.after):
        asking = slot.asking[0] if rng.random() < 0.4 else rng.choice(slot.asking)
        question = f"{before}{asking}{after}"
    elif style < _AT_THE_END:
        question = f"{before}{after}{rng.choice(['，', '', ' '])}{rng.choice(slot.after)}"
    elif style < _TERSE:
        return _terse(before, after, slot, rng)
    else:
        question = f"{rng.choice(slot.asking)}{after}{rng.choice(['，', ' '])}{before}"
    return _spoken(question, title, rng)


_FEWEST = 6
"""Chinese characters that have to be left beside the question word."""

_IN_PLACE, _AT_THE_END, _TERSE = 0.55, 0.78, 0.9
"""Shares of the ways to ask, added up; the rest has the question word in front."""


def _around(sentence: str, slot: _Slot, rng: random.Random) -> tuple[str, str]:
    """What is kept before and after the slot: its clause and, where that is short or by chance, more."""
    clauses = [0, *(match.end() for match in _CLAUSE.finditer(sentence)), len(sentence)]
    first = max(at for at in clauses if at <= slot.start)
    last = min(at for at in clauses if at >= slot.end and at > first)
    before, after = sentence[first : slot.start], sentence[slot.end : last]
    short = len(before + after) < rng.randint(9, 16)
    earlier = [at for at in clauses if at < first]
    if earlier and (short or rng.random() < 0.15):
        before = sentence[max(earlier) : slot.start]
    elif last < len(sentence) and rng.random() < 0.1:
        after = sentence[slot.end : min(at for at in clauses if at > last)]
    return _LEADING.sub("", before), after.rstrip("。！？!?；;，, ”\n")


def _terse(before: str, after: str, slot: _Slot, rng: random.Random) -> str:
    """A few words of the sentence and what is asked of them, as one types into a search box."""
    parts = [
        part for part in re.split(r"[，的了在、“”《》 ]", f"{before}，{after}") if len(part) > 1
    ]
    kept = sorted(rng.sample(range(len(parts)), min(len(parts), rng.randint(2, 3))))
    return rng.choice([" ", ""]).join([*(parts[at] for at in kept), rng.choice(slot.terse)])


def _spoken(question: str, title: str, rng: random.Random) -> str:
    """A question as people speak: other words for the same, small words left out, a frame around it."""
    loose = rng.random()
    for word, others in _SAME.items():
        if word in question and rng.random() < 0.6 * loose:
            question = question.replace(word, rng.choice(others))
    question = _SMALL.sub(lambda match: "" if rng.random() < loose else match.group(), question)
    if rng.random() < 0.25 * loose:
        question = re.sub(r"[“”《》]", "", question)
    if title and rng.random() < 0.12:
        about = rng.choice(re.split(r"[ ，：:、！!？?|｜]", title))
        if 3 < len(about) < 20 and about not in question:
            question = f"{about}{rng.choice(['，', '：', ' ', '里，'])}{question}"
    question = question.strip("，,；;：: ")
    if rng.random() < 0.25:
        question = rng.choice(_FRAMES).format(question)
    return question + rng.choice(["？", "？", "？", "?", ""])
