"""Cases for ``rag.verification.verify`` that nothing was fitted on: (label, sentence, evidence).

All of it invented. The evidence is one article, published on ``PUBLISHED``. Measured once when the
rules were done (docs/decisions/0008-verification.md); the floors of the test are that measurement.
"""

from __future__ import annotations

from datetime import date

from rag.records import Support

S, P, U = Support.SUPPORTED, Support.PARTIAL, Support.UNVERIFIED
PUBLISHED = date(2025, 8, 14)

_PORT = (
    "青屿港上半年完成货物吞吐量1.26亿吨，同比增长8.4%。其中集装箱吞吐量为318万标箱，同比下降2.1%。"
    "港务局局长方启明表示，三号码头将于10月8日投入使用，届时可新增泊位4个。新码头不接纳油轮。"
)
_CINEMA = (
    "国产影片《雾中灯塔》上映12天，累计票房突破4.5亿元。该片由导演许知夏执导，取景地在福建霞浦。"
    "制片方星野影业称，续集计划明年开机，目前尚未确定主演。影片片长118分钟，三成镜头在海上拍摄。"
)
_CLINIC = (
    "安宁医院引进了一套名为CardioScan的心电筛查系统。截至8月10日，系统已筛查患者2,640人次，发现异常者312人。"
    "医生胡佩兰说，系统给出的只是提示，不能代替诊断。筛查对65岁以上老人免费，其他人每次收费60元。"
)
_RAIL = (
    "The Linford tram line will open on 3 October 2025, six months behind schedule. It is 14.2 km long and has 19 stops. "
    "The city council spent $310 million on it. Mayor Ruth Ansell said fares would not rise before 2027. "
    "Brightwheel built the trams, and Corvane supplied the signals."
)
_HARVEST = (
    "今年全县小麦种植面积达到42万亩，总产量预计为19.8万吨。农技站站长罗大成介绍，平均亩产比去年提高了15公斤。"
    "受连日降雨影响，收割比往年推迟了一周。县里调配联合收割机860台，其中从外省引进240台。"
)
_SURVEY = (
    "调查显示，67.3%的受访者每周运动至少三次，近四分之一的人从不吃早餐。受访者共5,120名，女性略多于男性。"
    "调查由南陵大学与健康报联合完成，问卷于2024年11月发放。"
)

HELD_OUT = (
    (S, "青屿港上半年货物吞吐量达12600万吨。", _PORT),
    (S, "上半年，青屿港的货物吞吐量为1.26亿吨，比去年同期增长8.4%。", _PORT),
    (U, "青屿港上半年完成货物吞吐量1.26万吨。", _PORT),
    (U, "集装箱吞吐量同比增长2.1%。", _PORT),
    (U, "集装箱吞吐量同比下降8.4%。", _PORT),
    (S, "港务局局长方启明说，三号码头10月8日投入使用。", _PORT),
    (U, "三号码头将于10月18日投入使用。", _PORT),
    (S, "三号码头2025年10月8日启用后，可新增四个泊位。", _PORT),
    (U, "新码头接纳油轮。", _PORT),
    (S, "新码头不接纳油轮。", _PORT),
    (U, "港务局局长方启民表示，三号码头将于10月8日投入使用。", _PORT),
    (P, "三号码头将于10月8日投入使用，总投资约27亿元。", _PORT),
    (P, "青屿港上半年完成货物吞吐量1.26亿吨，位居全国沿海港口前列。", _PORT),
    (U, "青屿港计划明年扩建铁路专用线。", _PORT),
    (S, "《雾中灯塔》上映十二天，票房超过4.5亿元。", _CINEMA),
    (U, "《雾中灯塔》上映12天，票房不足4.5亿元。", _CINEMA),
    (U, "《海上灯塔》上映12天，累计票房突破4.5亿元。", _CINEMA),
    (S, "影片《雾中灯塔》由许知夏执导，在福建霞浦取景。", _CINEMA),
    (U, "该片由导演许知秋执导。", _CINEMA),
    (U, "该片取景地在浙江霞浦。", _CINEMA),
    (S, "片长118分钟，约30%的镜头在海上拍摄。", _CINEMA),
    (U, "影片片长118秒。", _CINEMA),
    (U, "续集主演已经确定。", _CINEMA),
    (S, "制片方表示续集计划2026年开机。", _CINEMA),
    (P, "续集计划明年开机，将继续由许知夏担任编剧。", _CINEMA),
    (U, "影片获得了金海燕奖最佳摄影。", _CINEMA),
    (S, "安宁医院的CardioScan系统已筛查2640人次。", _CLINIC),
    (U, "安宁医院引进了名为CardioScope的心电筛查系统。", _CLINIC),
    (S, "截至2025年8月10日，该系统发现异常者312人。", _CLINIC),
    (U, "截至8月10日，系统已筛查患者312人次，发现异常者2640人。", _CLINIC),
    (S, "65岁以上老人免费筛查，其他人每次60元。", _CLINIC),
    (U, "筛查对65岁以上老人收费60元。", _CLINIC),
    (U, "系统给出的提示能代替诊断。", _CLINIC),
    (P, "医生胡佩兰说，系统只是提示，不能代替诊断，误报率在百分之五以内。", _CLINIC),
    (U, "安宁医院今年还将新建一座住院楼。", _CLINIC),
    (S, "The Linford tram line is 14.2 km long and has nineteen stops.", _RAIL),
    (S, "The Linford tram line will open on October 3, 2025.", _RAIL),
    (U, "The Linford tram line will open on 13 October 2025.", _RAIL),
    (U, "The line is 14.2 miles long.", _RAIL),
    (S, "The city council spent 310 million dollars on the tram line.", _RAIL),
    (U, "The city council spent $310 billion on it.", _RAIL),
    (U, "Mayor Ruth Ansell said fares would rise before 2027.", _RAIL),
    (U, "Mayor Ruth Barlow said fares would not rise before 2027.", _RAIL),
    (U, "Corvane built the trams, and Brightwheel supplied the signals.", _RAIL),
    (P, "The tram line has 19 stops, and all of them are wheelchair accessible.", _RAIL),
    (U, "The council plans to sell the old bus depot.", _RAIL),
    (S, "全县小麦面积为42万亩，预计总产19.8万吨。", _HARVEST),
    (U, "全县小麦面积为42万公顷。", _HARVEST),
    (S, "平均亩产比去年提高15千克。", _HARVEST),
    (U, "平均亩产比去年降低了15公斤。", _HARVEST),
    (U, "收割比往年提前了一周。", _HARVEST),
    (S, "县里调配了860台联合收割机，其中240台来自外省。", _HARVEST),
    (U, "县里从外省引进联合收割机860台。", _HARVEST),
    (P, "农技站站长罗大成介绍，平均亩产比去年提高了15公斤，品质也达到优质麦标准。", _HARVEST),
    (S, "百分之六十七点三的受访者每周至少运动三次。", _SURVEY),
    (S, "近25%的人从不吃早餐。", _SURVEY),
    (U, "67.3个百分点的受访者每周运动至少三次。", _SURVEY),
    (U, "近三分之一的人从不吃早餐。", _SURVEY),
    (S, "共有5120名受访者，问卷发放于2024年11月。", _SURVEY),
    (U, "问卷于2023年11月发放。", _SURVEY),
    (U, "调查由北陵大学与健康报联合完成。", _SURVEY),
    (U, "共有5120家受访企业。", _SURVEY),
)
