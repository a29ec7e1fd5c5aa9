"""Newspaper articles made up for these tests, and ways to clean a text."""

from __future__ import annotations

from collections.abc import Callable

from index.cleaning.clean import clean_draft
from index.cleaning.draft import Draft
from index.records import Layout, RawArticle

BYLINE = "■本报记者 贺满仓 乔小满"


BAMBOO = (
    "竹溪镇的老人都说，这里的毛竹会唱歌。每年立冬之后，篾匠们进山砍竹，竹梢碰着竹梢，满山都是沙沙的响声。"
    "砍下的毛竹要在溪水里泡足四十天，再剖成篾片，晾在屋檐下。",
    "镇上最老的篾匠姓乔，十三岁跟着师傅学编竹篮，一双手能把一根毛竹剖成九十六根细篾。他编的竹篮装水不漏，"
    "前些年被省里的博物馆收了去，乔师傅却说，那只竹篮的提手还可以再圆一些。",
    "如今竹溪镇开了六家竹编工坊，一百多名篾匠在工坊里上班。年轻的篾匠把竹编灯罩卖到了海外，"
    "毛竹也从一根几块钱涨到了几十块钱。",
    "工坊门口挂着一块牌子，上面写着：游客可以自己剖一次篾片。去年秋天，前来学竹编的游客有四万多人，"
    "镇上的客栈天天客满，连泡竹子的溪边也站满了拍照的人。",
)


RAILWAY = (
    "穿过乌兰沙海的货运铁路昨天铺下最后一根钢轨。这条铁路全长二百一十公里，沿线没有一个村庄，"
    "铺轨工人四年里换了三批，只有轨道车司机陶大江从头开到了尾。",
    "陶大江说，沙海里最怕的不是热，而是流沙。有一年春天，一夜的大风把三公里路基埋进了流沙，"
    "铺轨队用了半个月才把钢轨挖出来。后来工人们在路基两侧扎下草方格，流沙才慢慢停住。",
    "按照计划，首趟运煤列车将于下月驶过沙海，铁路每年可以运煤一千二百万吨。列车司机的培训已经结束，"
    "陶大江也报了名，他想驾驶首趟列车，再看一看自己铺过的钢轨。",
)


LIBRARY = (
    "每天晚上九点，青屿图书馆的灯才亮起来。这座夜间图书馆由旧粮仓改成，藏书五万册，"
    "读者多是下了班的护士、厨师和面包师傅，管理员阮小棠给他们泡茶，也替他们找书。",
    "阮小棠记得每一位老读者的口味。护士爱借侦探小说，厨师总在翻旧菜谱，"
    "有位面包师傅三年里读完了馆里全部的航海书，还在书末写下批注，后来的读者都抢着借那几册。",
    "粮仓的木梁上刻着当年的收成，图书馆没有刨掉，只在旁边添了一行小字。阮小棠说，从前这里存的是粮食，"
    "如今存的是书，夜里来的人都不会空着肚子回去。",
)


def page_of(*blocks: str) -> RawArticle:
    return RawArticle("page", "", "", "", "", "\n\n".join(blocks), layout=Layout.PAGE)


def applied(rule: Callable[[Draft], Draft], *lines: str) -> list[str]:
    return rule(Draft.of("\n".join(lines))).text.split("\n")


def clean_text(text: str) -> str:
    return clean_draft(Draft.of(text)).text
