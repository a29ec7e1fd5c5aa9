"""Cases for ``rag.verification.verify`` that its rules were fitted on: (label, sentence, evidence).

All of it invented. The evidence is one article, published on ``PUBLISHED``.
"""

from __future__ import annotations

from datetime import date

from rag.records import Support

S, P, U = Support.SUPPORTED, Support.PARTIAL, Support.UNVERIFIED
PUBLISHED = date(2025, 9, 25)

_MODELS = "截至9月24日，沪上已有135款大模型完成备案，比上月新增3款，用户总数超过1.2亿。"
_BRIDGE = (
    "东岸大桥将于6月28日通车。大桥全长3.2公里，总投资18.6亿元。设计时速为每小时80公里，双向六车道。"
)
_SCHOOL = "海棠小学今年招收新生240名，比去年多了20名。校长温如玉介绍，学校新开了木工课，但没有开设编程课。"
_FACTORY = "云杉机械的新工厂年产机器人5000台，国产零件占42.7%。厂长陈放说，青松机械的工厂年产3000台。工厂不对外开放参观。"
_DEAL = "云杉机械公司以12亿元收购了青松机械公司，后者在杭州有两家工厂。双方于2025年9月24日签约。"
_FERRY = "The night ferry to Qingyu runs until 31 August 2025. Tickets cost 45 yuan, and about 1,200 people take it every day. Captain Lin Wen said the ferry does not stop at Hailan."
_REPORT = "Spruce Robotics reported revenue of $3.5 billion for 2024, up 12% from a year earlier. It sold 5,000 robots in Shanghai and 3,000 in Ningbo. The E20 arm was not sold abroad."
_STREET = (
    "老城区新增停车位三百二十个，其中三分之一建在地下。改造资金约一万二千元一个，十至二十年收回。"
)
_EXPO = (
    "第三届青屿茶博会于二〇二五年九月二十日开幕，来自10至20个国家的参展商到场，预计观众2万人次。"
)
_BOOK = "馆长顾念慈在《海岛札记》中写道：“灯塔不是为自己亮的。”这本书印了八千册，定价68元，两成收入捐给渔村小学。"
_POWER = "昨日全市用电负荷达到１，２８０万千瓦，创历史新高。居民用电占三成五，工业用电占一半。电价没有上调。"

DEVELOPMENT = (
    # A number, spelled in other ways.
    (S, "沪上已有135款大模型完成备案。", _MODELS),
    (S, "完成备案的大模型已有一百三十五款。", _MODELS),
    (S, "沪上已有１３５款大模型完成备案。", _MODELS),
    (U, "沪上已有132款大模型完成备案。", _MODELS),
    (U, "沪上已有1350款大模型完成备案。", _MODELS),
    (U, "沪上已有135家大模型企业完成备案。", _MODELS),
    (S, "大模型用户总数超过12000万。", _MODELS),
    (S, "大模型的用户总数超过一亿两千万。", _MODELS),
    (U, "大模型用户总数超过1.2万。", _MODELS),
    (U, "大模型用户总数不到1.2亿。", _MODELS),
    (U, "大模型用户总数超过1.5亿。", _MODELS),
    (S, "大模型用户总数超过1.2亿人。", _MODELS),
    (U, "备案的大模型比上月新增135款。", _MODELS),
    (S, "东岸大桥全长3.2公里。", _BRIDGE),
    (S, "东岸大桥全长3200米。", _BRIDGE),
    (S, "东岸大桥全长3.2千米，总投资为18.6亿元。", _BRIDGE),
    (U, "东岸大桥全长3.2米。", _BRIDGE),
    (U, "东岸大桥全长3.2英里。", _BRIDGE),
    (U, "东岸大桥总投资18.6万元。", _BRIDGE),
    (U, "东岸大桥总投资18.6亿美元。", _BRIDGE),
    (S, "东岸大桥总投资186000万元。", _BRIDGE),
    (S, "东岸大桥总投资十八亿六千万元。", _BRIDGE),
    (U, "东岸大桥总投资3.2亿元。", _BRIDGE),
    (U, "东岸大桥全长18.6公里，总投资3.2亿元。", _BRIDGE),
    (S, "大桥为双向6车道，设计时速80公里。", _BRIDGE),
    (S, "东岸大桥总投资约19亿元。", _BRIDGE),
    (U, "东岸大桥总投资约25亿元。", _BRIDGE),
    (S, "东岸大桥总投资近19亿元。", _BRIDGE),
    (S, "东岸大桥总投资超过18亿元。", _BRIDGE),
    (U, "东岸大桥总投资超过19亿元。", _BRIDGE),
    (S, "海棠小学今年招收240名新生。", _SCHOOL),
    (S, "海棠小学今年招收新生二百四十人。", _SCHOOL),
    (U, "海棠小学今年招收新生二百二十名。", _SCHOOL),
    (U, "海棠小学今年招收新生240个班。", _SCHOOL),
    (U, "海棠小学比去年多了240名。", _SCHOOL),
    (S, "新工厂年产机器人5千台。", _FACTORY),
    (S, "新工厂一年生产五千台机器人。", _FACTORY),
    (U, "新工厂年产机器人5万台。", _FACTORY),
    (S, "老城区新增了320个停车位。", _STREET),
    (U, "老城区新增了302个停车位。", _STREET),
    (S, "改造一个车位约需1.2万元。", _STREET),
    (U, "改造一个车位约需1.2亿元。", _STREET),
    (S, "茶博会预计接待观众20000人次。", _EXPO),
    (U, "茶博会预计接待观众20万人次。", _EXPO),
    (S, "《海岛札记》印了8000册，定价六十八元。", _BOOK),
    (U, "《海岛札记》印了68册。", _BOOK),
    (U, "《海岛札记》定价68美元。", _BOOK),
    (S, "全市用电负荷达到1280万千瓦。", _POWER),
    (U, "全市用电负荷达到1280千瓦。", _POWER),
    (U, "全市用电负荷达到1208万千瓦。", _POWER),
    # Shares and ranges.
    (S, "国产零件占百分之四十二点七。", _FACTORY),
    (U, "国产零件占42.7个百分点。", _FACTORY),
    (U, "国产零件占47.2%。", _FACTORY),
    (S, "三分之一的新车位建在地下。", _STREET),
    (S, "新增停车位中约33%建在地下。", _STREET),
    (U, "新增停车位的三分之二建在地下。", _STREET),
    (S, "两成收入捐给了渔村小学。", _BOOK),
    (S, "20%的收入捐给了渔村小学。", _BOOK),
    (U, "两成五的收入捐给了渔村小学。", _BOOK),
    (S, "居民用电占35%，工业用电占50%。", _POWER),
    (U, "居民用电占50%，工业用电占35%。", _POWER),
    (S, "工业用电占半数。", _POWER),
    (S, "改造资金10-20年收回。", _STREET),
    (S, "改造资金10～20年收回。", _STREET),
    (U, "改造资金10-30年收回。", _STREET),
    (S, "改造资金最多20年收回。", _STREET),
    (U, "改造资金20年收回。", _STREET),
    (S, "参展商来自十至二十个国家。", _EXPO),
    (U, "参展商来自10至20个城市，共120家。", "参展商来自10至20个城市，共210家。"),
    # Dates.
    (S, "截至2025年9月24日，沪上已有135款大模型完成备案。", _MODELS),
    (U, "截至2025年9月23日，沪上已有135款大模型完成备案。", _MODELS),
    (U, "截至2024年9月24日，沪上已有135款大模型完成备案。", _MODELS),
    (S, "截至2025-09-24，沪上已有135款大模型完成备案。", _MODELS),
    (S, "截至2025/9/24，沪上已有135款大模型完成备案。", _MODELS),
    (S, "截至昨日，沪上已有135款大模型完成备案。", _MODELS),
    (S, "东岸大桥将于今年6月28日通车。", _BRIDGE),
    (U, "东岸大桥将于6月20日通车。", _BRIDGE),
    (U, "东岸大桥将于7月28日通车。", _BRIDGE),
    (S, "东岸大桥将于6月通车。", _BRIDGE),
    (S, "双方在9月24日签约。", _DEAL),
    (U, "双方在去年9月24日签约。", _DEAL),
    (S, "第三届青屿茶博会于2025年9月20日开幕。", _EXPO),
    (U, "第二届青屿茶博会于2025年9月20日开幕。", _EXPO),
    (U, "第三届青屿茶博会于2025年9月21日开幕。", _EXPO),
    (S, "9月24日，全市用电负荷达到1280万千瓦。", _POWER),
    (U, "9月20日，全市用电负荷达到1280万千瓦。", _POWER),
    (S, "The night ferry runs until August 31, 2025.", _FERRY),
    (S, "The night ferry to Qingyu runs until 31 August.", _FERRY),
    (U, "The night ferry runs until 30 August 2025.", _FERRY),
    (U, "The night ferry runs until 31 August 2026.", _FERRY),
    # Negation and opposites.
    (S, "学校没有开设编程课。", _SCHOOL),
    (U, "学校开设了编程课。", _SCHOOL),
    (U, "学校没有新开木工课。", _SCHOOL),
    (S, "工厂不对外开放参观。", _FACTORY),
    (U, "工厂对外开放参观。", _FACTORY),
    (U, "大桥不会于6月28日通车。", _BRIDGE),
    (S, "电价没有上调。", _POWER),
    (U, "电价已经上调。", _POWER),
    (U, "新生人数比去年减少了20名。", "新生人数比去年增加了20名。"),
    (U, "The night ferry stops at Hailan.", _FERRY),
    (S, "The ferry does not stop at Hailan.", _FERRY),
    (U, "The night ferry does not run until 31 August 2025.", _FERRY),
    (U, "Revenue was down 12% from a year earlier.", _REPORT),
    (U, "The E20 arm was sold abroad.", _REPORT),
    # Names.
    (S, "校长温如玉说，学校新开了木工课。", _SCHOOL),
    (U, "校长陈放介绍，学校新开了木工课。", _SCHOOL),
    (U, "厂长温如玉说，青松机械的工厂年产3000台。", _FACTORY),
    (U, "云杉机械的工厂年产3000台。", _FACTORY),
    (S, "云杉机械公司收购了青松机械公司。", _DEAL),
    (U, "青松机械公司收购了云杉机械公司。", _DEAL),
    (U, "云杉机械公司以12亿元收购了红枫机械公司。", _DEAL),
    (U, "青松机械公司在苏州有两家工厂。", _DEAL),
    (S, "青松机械公司在杭州有2家工厂。", _DEAL),
    (S, "馆长顾念慈写道：“灯塔不是为自己亮的。”", _BOOK),
    (P, "馆长顾念慈写道：“灯塔是为归人亮的。”", _BOOK),
    (U, "《海边札记》印了八千册。", _BOOK),
    (S, "Captain Lin Wen said the ferry does not stop at Hailan.", _FERRY),
    (U, "Captain Zhao Ming said the ferry does not stop at Hailan.", _FERRY),
    (S, "Spruce Robotics sold 5,000 robots in Shanghai.", _REPORT),
    (U, "Spruce Robotics sold 3,000 robots in Shanghai.", _REPORT),
    (U, "Cedar Robotics sold 5,000 robots in Shanghai.", _REPORT),
    (U, "The E30 arm was not sold abroad.", _REPORT),
    # English numbers.
    (S, "Spruce Robotics reported revenue of 3,500 million dollars for 2024.", _REPORT),
    (U, "Spruce Robotics reported revenue of $3.5 million for 2024.", _REPORT),
    (U, "Spruce Robotics reported revenue of 3.5 billion yuan for 2024.", _REPORT),
    (S, "Revenue rose by 12 percent from a year earlier.", _REPORT),
    (U, "Revenue was up 12 percentage points from a year earlier.", _REPORT),
    (S, "Tickets cost forty-five yuan.", _FERRY),
    (U, "Tickets cost 54 yuan.", _FERRY),
    (S, "About 1,200 people take the ferry every day.", _FERRY),
    (S, "More than 1,100 people take the night ferry every day.", _FERRY),
    # Part of it.
    (P, "东岸大桥将于6月28日通车，是亚洲最长的跨海大桥。", _BRIDGE),
    (P, "东岸大桥全长3.2公里，由德国工程师设计建造。", _BRIDGE),
    (P, "东岸大桥全长3.2公里，每天可通过9万辆汽车。", _BRIDGE),
    (P, "海棠小学今年招收新生240名，食堂也重新装修过。", _SCHOOL),
    (P, "校长温如玉介绍，学校新开了木工课，并聘请了十二位木匠授课。", _SCHOOL),
    (P, "新工厂年产机器人5000台，产品主要销往东南亚。", _FACTORY),
    (P, "据新华社报道，新工厂年产机器人5000台。", _FACTORY),
    (P, "云杉机械的新工厂使用MES系统，年产机器人5000台。", _FACTORY),
    (P, "云杉机械公司以12亿元收购了青松机械公司，计划裁员五百人。", _DEAL),
    (P, "双方于2025年9月24日签约，交易预计明年3月完成审批手续。", _DEAL),
    (P, "茶博会预计观众2万人次，门票收入全部捐给当地消防队。", _EXPO),
    (P, "《海岛札记》印了八千册，已被译成法文和日文出版。", _BOOK),
    (P, "昨日全市用电负荷创历史新高，气象部门发布了高温红色预警。", _POWER),
    (P, "老城区新增停车位三百二十个，并安装了充电桩和监控设备。", _STREET),
    (P, "Tickets cost 45 yuan, and children under six travel with a teddy bear.", _FERRY),
    (P, "The night ferry runs until 31 August 2025, and a new pier opens in winter.", _FERRY),
    (
        P,
        "Spruce Robotics reported revenue of $3.5 billion, which pleased its Norwegian shareholders.",
        _REPORT,
    ),
    (P, "The E20 arm was not sold abroad because of a missing export licence from Kyoto.", _REPORT),
    (P, "沪上已有135款大模型完成备案，监管部门将推出配套的算力补贴政策。", _MODELS),
    (P, "工业用电占一半，钢铁和化工企业是主要的用电大户。", _POWER),
    # Nothing of it.
    (U, "食堂的红烧肉很受学生欢迎。", _SCHOOL),
    (U, "云杉机械计划在非洲建立研发中心。", _FACTORY),
    (U, "市图书馆周末延长开放两小时。", _BRIDGE),
    (U, "The city library is closed on Mondays.", _FERRY),
    (U, "Heavy rain is expected across the province tomorrow.", _REPORT),
    (U, "茶叶价格连续五年上涨。", _EXPO),
    # Whole sentences, said a little differently.
    (S, "厂长陈放说，青松机械的工厂年产3000台。", _FACTORY),
    (S, "根据文章，东岸大桥将于6月28日通车。", _BRIDGE),
    (S, "据了解，大桥总投资为18.6亿元，全长3.2公里。", _BRIDGE),
    (S, "大桥是双向六车道，设计时速每小时80公里。", _BRIDGE),
    (S, "海棠小学今年的新生有240名，比去年多20名。", _SCHOOL),
    (S, "2025年9月24日，云杉机械公司与青松机械公司签约。", _DEAL),
    (S, "According to the articles, tickets cost 45 yuan.", _FERRY),
    (S, "The ferry to Qingyu takes around 1,200 people each day.", _FERRY),
)

# The vectors' word for how near the sentence is to its evidence comes last.
ACROSS_LANGUAGES = (
    (S, "The East Bank Bridge is 3.2 km long and cost 1.86 billion yuan.", _BRIDGE, 0.5),
    (S, "The bridge opens to traffic on 28 June.", _BRIDGE, 0.5),
    (S, "The bridge opens to traffic on June 28, 2025.", _BRIDGE, 0.5),
    (U, "The bridge opens to traffic on 20 June.", _BRIDGE, 0.5),
    (U, "The East Bank Bridge is 3.2 miles long.", "东岸大桥全长3.2公里。", 0.5),
    (U, "The bridge cost 186 million yuan.", _BRIDGE, 0.5),
    (S, "135 large models had been registered by 24 September.", _MODELS, 0.5),
    (U, "132 large models had been registered by 24 September.", _MODELS, 0.5),
    (S, "They have over 120 million users.", _MODELS, 0.5),
    (U, "They have over 120 billion users.", _MODELS, 0.5),
    (
        P,
        "The school, led by its head Wen Ruyu, uses the CUBE-7 system for its 240 pupils.",
        _SCHOOL,
        0.5,
    ),
    (S, "Domestic parts make up 42.7 percent.", _FACTORY, 0.5),
    (U, "Domestic parts make up 47.2 percent.", _FACTORY, 0.5),
    (S, "A third of the new parking spaces are underground.", _STREET, 0.5),
    (U, "Half of the new parking spaces are underground.", _STREET, 0.5),
    (U, "The bridge is not a six-lane road.", _BRIDGE, 0.5),
    (U, "The canteen is famous for its noodles.", _SCHOOL, 0.1),
    (S, "The bridge takes traffic in both directions.", _BRIDGE, 0.6),
    (U, "The bridge takes traffic in both directions.", _BRIDGE, 0.3),
    (P, "The bridge is 3.2 km long.", _BRIDGE, 0.3),
    (S, "夜船运行到2025年8月31日。", _FERRY, 0.5),
    (U, "夜船运行到2025年8月30日。", _FERRY, 0.5),
    (S, "夜船票价45元，每天约有1200人乘坐。", _FERRY, 0.5),
    (U, "夜船票价45美元。", "Tickets cost 45 yuan.", 0.5),
    (S, "E20没有销往国外。", _REPORT, 0.5),
    (U, "E30没有销往国外，2024年的收入为35亿美元。", _REPORT, 0.5),
    (S, "云杉机器人2024年的收入为35亿美元。", _REPORT, 0.5),
    (U, "云杉机器人2024年的收入为35亿元。", _REPORT, 0.5),
    (P, "The bridge is 3.2 km long.", _BRIDGE, None),
    (S, "The bridge is 3.2 km long and opens on 28 June.", _BRIDGE, None),
    (U, "The bridge is blue.", _BRIDGE, None),
    (U, "The bridge is 3.3 km long.", _BRIDGE, None),
)

# What the rules are known to miss: (sentence, evidence). docs/decisions/0008-verification.md
KNOWN_LIMITS = (
    ("青松机械的新工厂年产机器人5000台。", _FACTORY),  # a name that no suffix gives away
    ("东岸大桥将于6月28日封闭。", "东岸大桥将于6月28日开通。"),  # opposites that no table holds
)
