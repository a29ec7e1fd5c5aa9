"""Which words of a question limit the search, and which only look as if, on 20 October 2025."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.language import Language
from rag.question.limits import Role, understand

TODAY = date(2025, 10, 20)
ACCOUNTS = ["滨江发布", "临港科创", "河西日报", "Harbour Weekly"]

PUBLISHED = [
    # days and publishing words
    ("2025年9月24日发布的文章讲了哪座桥？", "2025-09-24", "2025-09-24"),
    ("9月24日推送的那篇文章采访了谁", "2025-09-24", "2025-09-24"),
    ("9.24推送的文章提到的渡轮叫什么", "2025-09-24", "2025-09-24"),
    ("2025-09-24发布的通知截止到哪天", "2025-09-24", "2025-09-24"),
    ("2025/9/24刊发的人物专访写的是谁", "2025-09-24", "2025-09-24"),
    ("24号推送的渡轮时刻表", "2025-09-24", "2025-09-24"),
    ("24日发布的停水通知涉及哪些小区", "2025-09-24", "2025-09-24"),
    ("九月二十四日刊登的照片是谁拍的", "2025-09-24", "2025-09-24"),
    ("二〇二五年九月发布的通知里补贴是多少", "2025-09-01", "2025-09-30"),
    ("9月24日的推送讲了哪家船厂", "2025-09-24", "2025-09-24"),
    ("9月24日的报纸头版是什么", "2025-09-24", "2025-09-24"),
    ("9月24日当天的通知说几点停电", "2025-09-24", "2025-09-24"),
    ("在9月24日的新闻里，渡轮公司说了什么", "2025-09-24", "2025-09-24"),
    ("据9月24日报道，桥塔有多高", "2025-09-24", "2025-09-24"),
    ("请问9月24日登载的更正启事改了哪个数字", "2025-09-24", "2025-09-24"),
    ("9月24日公布的通知要求企业做什么", "2025-09-24", "2025-09-24"),
    ("9月24日发表的社论主张什么", "2025-09-24", "2025-09-24"),
    ("9月24日见报的渡轮事故，伤了几人", "2025-09-24", "2025-09-24"),
    ("9月24日公众号发的招聘公告要多少人", "2025-09-24", "2025-09-24"),
    ("公众号9月24日推送了哪家企业的故事", "2025-09-24", "2025-09-24"),
    ("你们9月24日发的文章里渡轮票价是多少", "2025-09-24", "2025-09-24"),
    ("9月24日“船坞故事”栏目写的是谁", "2025-09-24", "2025-09-24"),
    ("9月24日关于渡轮的报道里票价是多少", "2025-09-24", "2025-09-24"),
    ("发布于9月24日的文章里桥长多少", "2025-09-24", "2025-09-24"),
    ("发布时间在9月24日的招标公告，联系人是谁", "2025-09-24", "2025-09-24"),
    ("哪篇文章是9月24日发布的，讲的是渡轮？", "2025-09-24", "2025-09-24"),
    ("9月24日发布的“船坞动态”介绍了什么船", "2025-09-24", "2025-09-24"),
    ("9月24日滨江发布推送的桥塔文章", "2025-09-24", "2025-09-24"),
    ("临港科创9月24日发布的文章写了哪种电池", "2025-09-24", "2025-09-24"),
    ("9月24日的《河西日报》讲了渡轮什么事", "2025-09-24", "2025-09-24"),
    ("９月２４日發布的文章提到哪座橋", "2025-09-24", "2025-09-24"),
    ("去年9月发布的文章里渡轮票价多少", "2024-09-01", "2024-09-30"),
    ("前年刊发的渡轮报道", "2023-01-01", "2023-12-31"),
    ("2024年的报道里怎么评价渡轮公司", "2024-01-01", "2024-12-31"),
    ("11月份的推文写了哪些渔港", "2024-11-01", "2024-11-30"),
    # periods of news as such
    ("上周有哪些新闻？", "2025-10-13", "2025-10-19"),
    ("上週有哪些新聞？", "2025-10-13", "2025-10-19"),
    ("最近一个月发布了哪些通知", "2025-09-20", "2025-10-20"),
    ("国庆前的推文提到哪些渡轮", None, "2025-09-30"),
    ("国庆期间的文章写了哪些公园", "2025-10-01", "2025-10-08"),
    ("中秋前发布的渡轮通知", None, "2025-10-04"),
    ("这个月的文章里有没有讲渡轮的", "2025-10-01", "2025-10-31"),
    ("本周要闻", "2025-10-20", "2025-10-26"),
    ("这周推送了什么", "2025-10-20", "2025-10-26"),
    ("上上周发布的渡轮公告", "2025-10-06", "2025-10-12"),
    ("前几天推送的渡轮文章", "2025-10-13", "2025-10-20"),
    ("上个月有没有讲渡轮的文章", "2025-09-01", "2025-09-30"),
    ("9月24日的“船坞动态”介绍了谁", "2025-09-24", "2025-09-24"),
    ("9月24日河西日报第5版写了谁", "2025-09-24", "2025-09-24"),
    ("9月8日—12日这一周的推送提到哪些船", "2025-09-08", "2025-09-12"),
    ("20250924推送的文章里票价多少", "2025-09-24", "2025-09-24"),
    ("articles on tugs since mid-September", "2025-09-11", None),
    ("河西日报和滨江发布9月24日的报道有什么不同", "2025-09-24", "2025-09-24"),
    ("能不能告诉我上周发的推文里提到的船厂是哪家", "2025-10-13", "2025-10-19"),
    ("10月9日-10月12日之间推送的内容里有哪些企业", "2025-10-09", "2025-10-12"),
    ("9月的“船坞故事”系列文章有几篇", "2025-09-01", "2025-09-30"),
    ("时间在9月20日到25日的文章里渡轮票价多少", "2025-09-20", "2025-09-25"),
    ("the post of last Friday about tugs", "2025-10-17", "2025-10-17"),
    ("2025年9月24日，河西日报发布了一篇关于渡轮的文章", "2025-09-24", "2025-09-24"),
    ("上周五的推送", "2025-10-17", "2025-10-17"),
    ("周五推送的渡轮文章", "2025-10-17", "2025-10-17"),
    ("昨天的新闻里渡轮停航了几班", "2025-10-19", "2025-10-19"),
    ("昨晚推送的文章讲了什么船", "2025-10-19", "2025-10-19"),
    ("前天发布的停航通知", "2025-10-18", "2025-10-18"),
    ("今天有什么新闻", "2025-10-20", "2025-10-20"),
    ("今早推送的是什么", "2025-10-20", "2025-10-20"),
    ("近日的渡轮报道", "2025-09-20", "2025-10-20"),
    ("最近有什么关于渡轮的新闻", "2025-09-20", "2025-10-20"),
    ("最近三天的文章", "2025-10-17", "2025-10-20"),
    ("近两周发布的渡轮通知有几份", "2025-10-06", "2025-10-20"),
    ("过去半年有哪些船厂方面的报道", "2025-04-20", "2025-10-20"),
    ("最近一年刊登的船长专访", "2024-10-20", "2025-10-20"),
    ("月初的推送讲了哪座桥", "2025-10-01", "2025-10-10"),
    ("9月上旬的文章里桥塔多高", "2025-09-01", "2025-09-10"),
    ("9月中旬推送的渡轮文章", "2025-09-11", "2025-09-20"),
    ("9月底发布的渡轮公告", "2025-09-21", "2025-09-30"),
    ("年初的新闻里渡轮票价是多少", "2025-01-01", "2025-02-28"),
    ("去年年底推送的渡轮文章", "2024-11-01", "2024-12-31"),
    ("上半年有哪些渡轮新闻", "2025-01-01", "2025-06-30"),
    ("三季度发布了哪些公告", "2025-07-01", "2025-09-30"),
    ("2024年第三季度的产业新闻", "2024-07-01", "2024-09-30"),
    ("9月10日至20日发布的文章", "2025-09-10", "2025-09-20"),
    ("9月10日-20日推送的文章里有哪些船", "2025-09-10", "2025-09-20"),
    ("从9月到10月中旬，“船坞故事”专栏写了几个人", "2025-09-01", "2025-10-20"),
    ("9月20日以后发布的渡轮文章", "2025-09-20", None),
    ("9月20日以来有哪些渡轮新闻", "2025-09-20", None),
    ("自9月20日起推送的文章里写了几艘船", "2025-09-20", None),
    ("10月1日之前发布的渡轮文章", None, "2025-09-30"),
    ("10月30日前发布的停航公告", None, "2025-10-29"),
    ("春节期间的新闻里渡轮运了多少人", "2025-01-28", "2025-02-05"),
    ("五一假期的推送写了哪些公园", "2025-05-01", "2025-05-05"),
    ("元旦的文章写了什么船", "2025-01-01", "2025-01-03"),
    ("端午期间的渡轮报道", "2025-05-30", "2025-06-01"),
    ("9月24日和25日发布的文章都写了哪些船", "2025-09-24", "2025-09-25"),
    ("对比9月24日的推送和9月26日的推送里的票价", "2025-09-24", "2025-09-26"),
    ("9月发布的文章里，9月20日以后推送的有哪些渡轮", "2025-09-20", "2025-09-30"),
    # English
    ("What was published on Sept 24 about the ferry?", "2025-09-24", "2025-09-24"),
    ("Which ferry is in the article published on September 24th?", "2025-09-24", "2025-09-24"),
    ("articles of 24 September 2025 about ferries", "2025-09-24", "2025-09-24"),
    ("What was posted on 2025-09-24?", "2025-09-24", "2025-09-24"),
    ("Who is named in the September 24 article?", "2025-09-24", "2025-09-24"),
    ("ferry news from last week", "2025-10-13", "2025-10-19"),
    ("yesterday's headlines on the harbour", "2025-10-19", "2025-10-19"),
    ("What was published in late September?", "2025-09-21", "2025-09-30"),
    ("articles about cranes from early September", "2025-09-01", "2025-09-10"),
    ("posts from mid September about cranes", "2025-09-11", "2025-09-20"),
    ("Which notices were published in September?", "2025-09-01", "2025-09-30"),
    ("What did you post this week?", "2025-10-20", "2025-10-26"),
    ("What did the newspaper report last month about the bridge?", "2025-09-01", "2025-09-30"),
    ("What did Harbour Weekly report on October 2?", "2025-10-02", "2025-10-02"),
    ("news of the past month", "2025-09-20", "2025-10-20"),
    ("articles from the last 30 days on tugboats", "2025-09-20", "2025-10-20"),
    ("notices published since October 1", "2025-10-01", None),
    ("posts published before the National Day", None, "2025-09-30"),
    ("articles published between Sep 10 and Sep 20", "2025-09-10", "2025-09-20"),
    ("In the news of 24 September, who bought the yard?", "2025-09-24", "2025-09-24"),
    ("stories published in 2024 about lighthouses", "2024-01-01", "2024-12-31"),
    ("news from Q3 about the yard", "2025-07-01", "2025-09-30"),
    ("news from the first half of 2025", "2025-01-01", "2025-06-30"),
    ("What was posted over the weekend?", "2025-10-18", "2025-10-19"),
    ("In late September, what was published about tugs?", "2025-09-21", "2025-09-30"),
    ("articles that appeared in August on pilots", "2025-08-01", "2025-08-31"),
    ("posts by Harbour Weekly in September about cranes", "2025-09-01", "2025-09-30"),
]

NO_LIMIT = [
    # days of events
    "9月24日一天里陆总参加了哪三场活动",
    "2024年接待游客多少",
    "10月14日的座谈会上谁发言",
    "截至2027年要建多少个泊位",
    "10月30日前提交什么材料",
    "灯塔艺术节9月25日开幕，票价多少",
    "9月24日召开的发布会上谁讲话",
    "昨天的新闻发布会是谁主持的",
    "9月24日签约的消息是真的吗",
    "海事局8月2日发布的通知要求什么",
    "8月9日，统计局发布了渡轮客流数据，是多少",
    "云杉公司9月10日发布的新手机卖多少钱",
    "9月10日发布的新手机有几种颜色",
    "10月20日发布的这张专辑叫什么",
    "去年发表的论文引用了几次",
    "2024年发布的白皮书有几章",
    "8月11日，海州教育厅通报了几起违规",
    "去年获奖的新闻作品是哪一件",
    "2023年全国报道了多少例病例",
    "1944年底美国一篇小说描述了什么武器",
    "2008年的《环球新闻与报道》评比谁第一",
    "9月24日公示的企业有几家",
    "河西船厂9月24日播出的节目叫什么",
    "9月24日发布的《渡轮办法》有几条",
    "9月24日河西日报社长是谁",
    "9月24日临港科创有哪些活动",
    "9月24日海州晚报记者采访了谁",
    "最近的渡口在哪里",
    "今天上海的天气怎么样",
    "明天的推送会讲什么",
    "前年立项的大桥现在修到哪了",
    "昨天谁当选了会长",
    "自9月20日起施行的办法叫什么",
    "What happened at the 2025 Harbour Expo on September 23?",
    "news of the fair on September 23: who won?",
    "How many cases were reported in 2024?",
    "Which report did McKinley publish in 2024?",
    "articles published by McKinley in 2024",
    "Who spoke at the news conference on Sept 24?",
    "The ferry opened on September 24. Who paid?",
    "Which ship was launched last week?",
    "How many people visited in 2024?",
    "What new ferries were ordered since October 1?",
    "news about the September 24 forum",
    "articles from the September 24 forum",
    # names
    "“十四五”规划里渡轮要造几艘",
    "2025年度先进船厂目录有哪些企业",
    "“2025世界灯塔大会”在哪里办",
    "2025世界灯塔大会在哪里办",
    "3.15晚会报道了哪些企业",
    "双11卖了多少渡轮模型",
    "618推送的优惠券怎么领",
    "9·11事件后航运怎么样了",
    "五一广场在哪里",
    "国庆路的渡口几点开",
    "第24届灯塔节谁办的",
    "24小时营业的渡口有几个",
    "12月龄宝宝能坐船吗",
    "五月天演唱会在哪里",
    "7-11便利店在码头有几家",
    "iPhone 17 什么时候开卖",
    "GB/T 2024-1 规定了什么",
    "公告2023年第29号说了什么",
    "海渡〔2025〕514号文件说了什么",
    "版本 9.24 发布了什么功能",
    "比分3:2的那场球谁赢了",
    "电话021-64321234是谁的",
    "13812345678是谁的号码",
    "1号线通到渡口吗",
    "3月后能入住吗",
    "三个月后能入住吗",
    "十月革命发生在哪个国家",
    "神舟20号的船员是谁",
    "嫦娥六号带回了多少月壤",
    "《九月的灯塔》文章写了什么",
    "今日头条的文章能转吗",
    "后天性疾病的报道",
    "72小时内要通知谁",
    "一二·九运动的文章",
    "国庆献礼片有哪些",
    "每年9月的灯塔节谁办",
    "周六福的门店有几家",
    "May I ask who runs the ferry?",
    "Who told them to march forward?",
    "How far is the Sun?",
    "Mr. May posted what price?",
    "What is Black Friday?",
    "Who reads the Sunday Times?",
    "Who owns USA Today?",
    "Python 3.11 release notes",
    "Is the shop open 24/7?",
    "",
    "？",
]


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def ask(question, accounts=ACCOUNTS):
    return understand(question, today=TODAY, accounts=accounts)


@pytest.mark.parametrize(("question", "first", "last"), PUBLISHED)
def test_days_of_publication(question, first, last):
    understood = ask(question)
    assert (iso(understood.date_from), iso(understood.date_to)) == (first, last)
    assert any(p.role is Role.PUBLISHED for p in understood.phrases)


@pytest.mark.parametrize("question", NO_LIMIT)
def test_no_limit(question):
    understood = ask(question)
    assert [p for p in understood.phrases if p.role is not Role.MENTIONED] == []
    assert (understood.date_from, understood.date_to, understood.accounts) == (None, None, ())
    assert understood.without_limits == question


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("9月24日一天里陆总参加了哪三场活动", [("2025-09-24", "2025-09-24")]),
        ("2024年接待游客多少", [("2024-01-01", "2024-12-31")]),
        ("10月30日前提交什么材料", [(None, "2025-10-29")]),
        ("灯塔艺术节11月5日开幕吗", [("2025-11-05", "2025-11-05")]),
        ("9月24日的推送说展会几号办，是10月14日吗", [("2025-10-14", "2025-10-14")]),
        ("Who won on September 23?", [("2025-09-23", "2025-09-23")]),
        ("版本 9.24 有什么变化", []),
    ],
)
def test_days_of_events(question, expected):
    assert [(iso(first), iso(last)) for first, last in ask(question).mentioned] == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("滨江发布公众号发的渡轮文章", ["滨江发布"]),
        ("临港科创发布的文章里写了哪种电池", ["临港科创"]),
        ("临港科创推送了哪些船厂", ["临港科创"]),
        ("《河西日报》的报道怎么评价大桥", ["河西日报"]),
        ("河西日报9月24日的报道怎么评价大桥", ["河西日报"]),
        ("河西日报头版写的是哪座桥", ["河西日报"]),
        ("来自临港科创的文章怎么评价大桥", ["临港科创"]),
        ("河西日报和滨江发布的报道有什么不同", ["河西日报", "滨江发布"]),
        ("臨港科創發布的文章寫了哪座橋", ["臨港科創"]),
        ("posts by Harbour Weekly about cranes", ["Harbour Weekly"]),
        ("Harbour Weekly's articles about cranes", ["Harbour Weekly"]),
        ("articles in 河西日报 about cranes", ["河西日报"]),
        ("河西日报社长是谁", []),
        ("临港科创副主任是谁", []),
        ("临港科创公布的营收是多少", []),
        ("临港科创和河西日报谁更大", []),
        ("Who founded Harbour Weekly?", []),
    ],
)
def test_accounts_are_limits_only_as_publishers(question, expected):
    accounts = [*ACCOUNTS, "臨港科創"] if "臨" in question else ACCOUNTS
    if "臨" in question:
        accounts.remove("临港科创")
    assert list(ask(question, accounts).accounts) == expected


@pytest.mark.parametrize(
    ("question", "languages", "searched"),
    [
        ("英文报道里怎么介绍东岸大桥？", ["en"], "报道里怎么介绍东岸大桥？"),
        ("有哪些英语的文章讲了渡轮？", ["en"], "有哪些文章讲了渡轮？"),
        ("中文资料和英文资料对大桥的说法一样吗？", ["en", "zh"], "资料和资料对大桥的说法一样吗？"),
        (
            "What do the Chinese articles say about the ferry?",
            ["zh"],
            "What do the articles say about the ferry?",
        ),
        (
            "Which stories written in English mention cranes?",
            ["en"],
            "Which stories mention cranes?",
        ),
        ("English-language coverage of the crane fair", ["en"], "coverage of the crane fair"),
        ("用英文回答：东岸大桥多长？", [], "用英文回答：东岸大桥多长？"),
        ("中文新闻网建了几座机房？", [], "中文新闻网建了几座机房？"),
        ("Which Chinese reporters came?", [], "Which Chinese reporters came?"),
        ("Who teaches English at the school?", [], "Who teaches English at the school?"),
    ],
)
def test_languages_of_articles_are_limits(question, languages, searched):
    understood = ask(question)
    assert sorted(understood.languages) == languages
    assert understood.without_limits == searched


def test_the_only_account_is_never_a_limit():
    assert ask("滨江发布公众号发的渡轮文章", ["滨江发布"]).accounts == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("9月24日发布的“船坞动态”介绍了什么船？", "“船坞动态”介绍了什么船？"),
        ("在9月24日发布的通知里，补贴是多少？", "通知里，补贴是多少？"),
        ("上周的推送里渡轮停航了几班", "推送里渡轮停航了几班"),
        ("《河西日报》9月24日的报道怎么评价大桥", "报道怎么评价大桥"),
        ("滨江发布公众号发的渡轮文章", "渡轮文章"),
        ("滨江发布公众号9月24日发的渡轮文章", "渡轮文章"),
        ("发布于9月24日的文章里桥长多少", "文章里桥长多少"),
        ("河西日报推送了哪座桥的文章", "河西日报推送了哪座桥的文章"),
        ("What was published on Sept 24 about the ferry?", "What was published about the ferry?"),
        ("articles published since October 1 about cranes", "articles about cranes"),
        ("yesterday's news about cranes", "news about cranes"),
        ("posts by Harbour Weekly in September about cranes", "posts about cranes"),
        # where nothing is left to search for
        ("上周有哪些新闻？", "上周有哪些新闻？"),
        ("9月24日的文章", "9月24日的文章"),
        ("What was published last week?", "What was published last week?"),
    ],
)
def test_without_limits(question, expected):
    assert ask(question).without_limits == expected


def test_the_owner_of_the_only_account_publishes():
    question = "9月24日市经信委发布的通知里，公布了哪份目录？"
    assert iso(ask(question, ["上海经信委"]).date_from) == "2025-09-24"
    assert ask(question, ["河西日报"]).date_from is None


@pytest.mark.parametrize(
    ("question", "language"),
    [("上周有哪些新闻", Language.CHINESE), ("news from last week", Language.ENGLISH)],
)
def test_language(question, language):
    assert ask(question).language is language


PIECES = st.sampled_from(
    [
        *"年月日号的里前后起至到-~.:/《》“”，。？ 1290二十",
        *[
            "9月24日",
            "2025年",
            "上周",
            "最近",
            "三天",
            "国庆",
            "以来",
            "之前",
            "从",
            "和",
            "发布",
            "推送",
        ],
        *["文章", "通知", "新闻", "公众号", "河西日报", "滨江发布", "有哪些", "9.24", "2025-09-24"],
        *[
            "Sept 24",
            " published ",
            " articles ",
            " from ",
            " between ",
            " and ",
            " last week",
            " by ",
            "the first quarter",
            " of 2024",
            " last year",
            "the past 3 days",
            " in May",
            "since ",
            "Q3 ",
        ],
        *["２０２５", "發布", "𠀀", "\ue000", "\ue001", "İ", "\x00", "\ud800"],
    ]
)


@settings(deadline=None, max_examples=300)
@given(
    question=st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join),
    today=st.dates(),
)
def test_any_text_is_read(question, today):
    understood = understand(question, today=today, accounts=ACCOUNTS)
    for phrase in understood.phrases:
        assert question[phrase.start : phrase.end] == phrase.text != ""
    limits = [(p.date_from, p.date_to) for p in understood.phrases]
    for first, last in [*limits, (understood.date_from, understood.date_to)]:
        assert not first or not last or first <= last
    assert understood.without_limits or not question


@pytest.mark.parametrize(
    "unit",
    [
        *[
            "9月",
            "9月24日",
            "24号",
            "2025年9月24日发布的",
            "最近",
            "“",
            "《a",
            "从9月到",
            "上周发布了",
            "1",
            "的",
        ],
        *[
            "a",
            "Sept 24 ",
            "articles ",
            "articles about x from last week ",
            "what was published ",
            " ",
        ],
        *[
            "河西日报",
            "国庆前",
            "滨江发布和",
            "关于",
            "请问",
            "9月24日，",
            "between Sep 10 and Sep 20 ",
            "十",
            "\n",
        ],
    ],
)
def test_ten_thousand_characters_take_about_as_long_as_two_thousand(unit):
    def taken(characters: int) -> float:
        question = (unit * characters)[:characters]
        times = []
        for _ in range(5):
            started = time.process_time()
            ask(question)
            times.append(time.process_time() - started)
        return min(times)

    taken(2_000)
    assert taken(10_000) < 4 * taken(2_000) + 0.002
