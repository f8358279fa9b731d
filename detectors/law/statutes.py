"""Articles that detectors of bidding cite, each with its dates in force and its regime."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from detectors.definition import LegalBasis
from detectors.law import texts
from detectors.law.methods import BY_TENDER
from detectors.ties.bidding import ARTICLE_34, ARTICLE_39, PROCUREMENT_18

__all__ = ["ARTICLE_34", "ARTICLE_39", "PROCUREMENT_18"]

_bidding_law = partial(
    LegalBasis,
    "招标投标法",
    "Bidding Law",
    in_force_from="2000-01-01",
    regime="construction",
    link=texts.BIDDING_LAW,
    methods=BY_TENDER,
)
_regulations = partial(
    LegalBasis,
    "招标投标法实施条例",
    "Regulations for the Implementation of the Bidding Law",
    in_force_from="2012-02-01",
    regime="construction",
    link=texts.BIDDING_REGULATIONS,
    methods=BY_TENDER,
)
_procurement_law = partial(
    LegalBasis,
    "政府采购法",
    "Government Procurement Law",
    in_force_from="2003-01-01",
    regime="government_procurement",
    link=texts.PROCUREMENT_LAW,
)
_procurement_regulations = partial(
    LegalBasis,
    "政府采购法实施条例",
    "Regulations for the Implementation of the Government Procurement Law",
    in_force_from="2015-03-01",
    regime="government_procurement",
    link=texts.PROCUREMENT_REGULATIONS,
)
_red_flag = partial(
    LegalBasis,
    "OCP《公共采购红旗指标指南》(2024)",
    "Open Contracting Partnership, Red flags in public procurement (2024)",
    link=texts.RED_FLAGS,
)

BIDDING_24: Final = _bidding_law(
    "第二十四条",
    "依法必须进行招标的项目，自招标文件开始发出之日起至投标截止之日止，最短不得少于二十日",
    "where bidding is mandatory, at least twenty days from the issue of the documents to the deadline",
)
BIDDING_28: Final = _bidding_law(
    "第二十八条",
    "投标人少于三个的，招标人应当依照本法重新招标",
    "with fewer than three bidders the tenderee invites bids again",
)
BIDDING_46: Final = _bidding_law(
    "第四十六条",
    "自中标通知书发出之日起三十日内订立书面合同",
    "the contract is concluded in writing within thirty days of the award notice",
)
BIDDING_48: Final = _bidding_law(
    "第四十八条",
    "中标人不得转让或者肢解后转让中标项目；分包限于非主体、非关键性工作，接受分包的人不得再次分包",
    "no transfer, whole or dismembered; only non-core work is subcontracted, and never again subcontracted",
)
BIDDING_37: Final = _bidding_law(
    "第三十七条",
    "与投标人有利害关系的人不得进入相关项目的评标委员会",
    "a person with an interest in a bidder may not sit on the evaluation committee",
)
REGULATIONS_13: Final = _regulations(
    "第十三条",
    "招标代理机构不得在所代理的招标项目中投标或者代理投标，也不得为其投标人提供咨询",
    "an agency may not bid, or bid for others, in a project it handles, nor advise its bidders",
)
REGULATIONS_26: Final = _regulations(
    "第二十六条", "投标保证金不得超过招标项目估算价的2%", "a bid deposit may not exceed 2% of the estimate"
)
REGULATIONS_34_1: Final = _regulations(
    "第三十四条第一款",
    "与招标人存在利害关系可能影响招标公正性的法人、其他组织或者个人，不得参加投标",
    "whoever has an interest with the tenderee that may affect fairness may not bid",
)
REGULATIONS_37: Final = _regulations(
    "第三十七条第三款",
    "联合体各方在同一招标项目中以自己名义单独投标或者参加其他联合体投标的，相关投标均无效",
    "bids of a consortium member alone, or in another consortium, of the same project are all void",
)
REGULATIONS_46: Final = _regulations(
    "第四十六条第三款",
    "评标委员会成员与投标人有利害关系的，应当主动回避",
    "an evaluator with an interest in a bidder recuses himself",
)
REGULATIONS_55: Final = _regulations(
    "第五十五条",
    "排名第一的中标候选人放弃中标的，招标人可以按照名次确定其他中标候选人，也可以重新招标",
    "where the first candidate declines, the next in rank may be chosen, or bids invited again",
)
REGULATIONS_59: Final = _regulations(
    "第五十九条、第七十六条",
    "中标人不得转让、肢解转让中标项目，分包不得涉及主体、关键性工作，不得再次分包；违者处罚",
    "no transfer or dismemberment, no subcontract of core work, no second subcontract; penalties",
)


_order_87 = partial(
    LegalBasis,
    "政府采购货物和服务招标投标管理办法（财政部令第87号）",
    "Measures for Bidding in Government Procurement of Goods and Services (Ministry of Finance, order no. 87)",
    in_force_from="2017-10-01",
    regime="government_procurement",
    link=texts.ORDER_87,
    methods=BY_TENDER,
)
ORDER_87_8: Final = _order_87(
    "第八条第二款",
    "采购代理机构及其分支机构不得在所代理的采购项目中投标或者代理投标，也不得为其投标人提供投标咨询",
    "an agency or its branch may not bid, or bid for others, in a project it handles, nor advise its bidders",
    compared=False,
)


def deemed_collusion(
    item: str, says_zh: str, says_en: str, *, order_87: tuple[str, str] | None = None
) -> tuple[LegalBasis, LegalBasis]:
    """One item of what is deemed collusion (视为): article 40 of the regulations, article 37 of order no. 87.

    The lists have the same six items, each in its own regime; `order_87`: what the order says (Chinese, English) where
    it says more. The facts must still be confirmed.
    """
    more_zh, more_en = order_87 or (says_zh, says_en)
    return (
        _regulations(
            f"第四十条第{item}项", f"视为投标人相互串通投标：{says_zh}", f"deemed collusion: {says_en}"
        ),
        _order_87(f"第三十七条第{item}项", f"视为投标人串通投标：{more_zh}", f"deemed collusion: {more_en}"),
    )


ORDER_87_37_3: Final = _order_87(
    "第三十七条第三项",
    "视为投标人串通投标：不同投标人的投标文件载明的项目管理成员或者联系人员为同一人",
    "deemed collusion: different bidders' documents name one person as project management member or contact",
)


PROCUREMENT_12: Final = _procurement_law(
    "第十二条",
    "采购人员及评标委员会等相关人员与供应商有利害关系的，必须回避",
    "buyers' staff and evaluators with an interest in a supplier must recuse themselves",
)
PROCUREMENT_35: Final = _procurement_law(
    "第三十五条",
    "货物和服务招标采购，自招标文件开始发出之日起至投标截止之日止，不得少于二十日",
    "for goods and services by tender, at least twenty days from the issue of the documents to the deadline",
)
PROCUREMENT_36: Final = _procurement_law(
    "第三十六条第一项",
    "符合专业条件的供应商或者对招标文件作实质响应的供应商不足三家的，应予废标",
    "with fewer than three qualified or responsive suppliers the tender is void",
)
PROCUREMENT_46: Final = _procurement_law(
    "第四十六条",
    "自中标、成交通知书发出之日起三十日内签订政府采购合同",
    "the contract is signed within thirty days of the award notice",
)
PROCUREMENT_18_2: Final = _procurement_regulations(
    "第十八条第二款",
    "除单一来源外，为采购项目提供整体设计、规范编制或者项目管理、监理、检测等服务的供应商，不得再参加该项目的其他采购活动",
    "whoever designs, manages or supervises the project may not take part in its other procurement",
)
PROCUREMENT_22: Final = _procurement_regulations(
    "第二十二条第二款",
    "联合体各方不得再单独参加或者与其他供应商另外组成联合体参加同一合同项下的政府采购活动",
    "consortium members may not take part again, alone or in another consortium, in the same contract",
)
PROCUREMENT_33: Final = _procurement_regulations(
    "第三十三条",
    "投标保证金不得超过采购项目预算金额的2%；竞争性谈判、询价参照执行",
    "a bid deposit may not exceed 2% of the project's budget; so in negotiation and quotation",
    methods=(*BY_TENDER, "negotiation", "quotation"),
    alone=True,
)
CONSULTATION_12: Final = LegalBasis(
    "政府采购竞争性磋商采购方式管理暂行办法（财库〔2014〕214号）",
    "Interim Measures for Competitive Consultation in Government Procurement (Ministry of Finance, Caiku [2014] no. 214)",
    "第十二条",
    "磋商保证金数额应当不超过采购项目预算的2%",
    "a deposit for a consultation may not exceed 2% of the project's budget",
    in_force_from="2014-12-31",
    regime="government_procurement",
    methods=("consultation",),
    alone=True,
    link=texts.PROCUREMENT_SITE,
    compared=False,
)
BUILDING_28: Final = LegalBasis(
    "建筑法",
    "Construction Law",
    "第二十八条、第二十九条",
    "禁止转包和肢解分包；主体结构由总承包单位自行完成；禁止分包单位再分包",
    "no passing on, whole or dismembered; the main structure is the general contractor's own; no second subcontract",
    in_force_from="1998-03-01",
    regime="construction",
    link=texts.LAW_DATABASE,
)
COMPANY_265: Final = LegalBasis(
    "公司法",
    "Company Law",
    "第二百六十五条",
    "控股股东、实际控制人、关联关系的含义；国家控股的企业之间不仅因同受国家控股而具有关联关系",
    "meaning of controlling shareholder, actual controller, related party; not merely because the state holds both",
    in_force_from="2024-07-01",
    link=texts.COMPANY_LAW,
    defines=True,
)
COMPANY_216: Final = LegalBasis(
    "公司法（2018年修正）",
    "Company Law (2018)",
    "第二百一十六条",
    "控股股东（百分之五十以上）、实际控制人、关联关系的含义",
    "meaning of controlling shareholder (half or more), actual controller, related party",
    in_force_from="2018-10-26",
    in_force_to="2024-07-01",
    link=texts.LAW_DATABASE,
    defines=True,
)
COMPANY_216_2013: Final = replace(
    COMPANY_216,
    law_zh="公司法（2013年修正）",
    law_en="Company Law (2013)",
    in_force_from="2014-03-01",
    in_force_to="2018-10-26",
)
"""The same article: the decision of 2018-10-26 changed article 142 alone."""
RELATED_PARTIES: Final = (COMPANY_265, COMPANY_216, COMPANY_216_2013)
"""Who controls a company and who is related to it, by the text in force."""


KYRGYZ_P3: Final = LegalBasis(
    "吉尔吉斯斯坦公共采购风险指标",
    "Risk indicators of public procurement, Kyrgyz Republic",
    "P3",
    "中标人的出资人或负责人同时是同一采购其他参与人的出资人或负责人（国外指标，非我国法条；亲属为参照）",
    "the winner's founder or head is founder or head of another participant (a foreign indicator; kin: by analogy)",
    link=texts.KYRGYZ_INDICATORS,
)


def red_flag(codes: str, says_zh: str, says_en: str) -> LegalBasis:
    """Indicators of the red-flag guide: no article of law."""
    return _red_flag(codes, f"{says_zh}（指标，非法条）", f"{says_en} (an indicator, no article of law)")


BENEFICIAL_OWNER: Final = LegalBasis(
    "受益所有人信息管理办法（中国人民银行、国家市场监督管理总局令〔2024〕第3号）",
    "Measures for the Administration of Beneficial Owner Information (2024, no. 3)",
    "25%",
    "直接或者间接最终拥有25%以上股权、股份或者合伙权益的自然人为受益所有人（条号以公布文本为准）",
    "a natural person who finally owns 25% or more, directly or indirectly, is a beneficial owner "
    "(which article: see the published text)",
    in_force_from="2024-11-01",
    link=texts.BENEFICIAL_OWNERS,
    compared=False,
)
REGULATIONS_39_3: Final = _regulations(
    "第三十九条第三项",
    "投标人之间约定部分投标人放弃投标或者中标（须查明约定）",
    "bidders agree that some of them give up the bid or the award (the agreement must be established)",
)
PROCUREMENT_74_6: Final = _procurement_regulations(
    "第七十四条第六项",
    "供应商之间商定部分供应商放弃参加政府采购活动或者放弃中标、成交（须查明商定）",
    "suppliers agree that some give up taking part or the award (the agreement must be established)",
)
PROCUREMENT_19: Final = _procurement_regulations(
    "第十九条",
    "被禁止在一定期限内参加政府采购活动的供应商，期限届满方可参加",
    "a supplier banned for a time may take part again when the time is over",
)
BIDDING_53: Final = _bidding_law(
    "第五十三条",
    "串通投标情节严重的，取消其一年至二年内参加依法必须进行招标的项目的投标资格",
    "in grave cases of collusion the right to bid is withdrawn for one to two years",
)
