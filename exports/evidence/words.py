"""What a package says in so many words, in Chinese and English."""

from __future__ import annotations

from typing import Final

from visualize.fact_words import FACT_CODES, FACT_FIELDS
from visualize.wording import FACTS, KINDS, ROLES, Lang, Pair

STATEMENT: Final[Pair] = (
    "本材料由数据比对自动生成，属风险预警（疑点），仅供核查参考，不作为认定违纪违法的依据；是否成立须由有权机关核实。"
    "本材料保证内容完整、可复算，不对其作为证据的资格作任何声明。",
    "Made by comparing data: a lead for verification only. It establishes no wrongdoing by anybody; whether it holds is for the "
    "competent authority to verify. The package is complete and can be recomputed; nothing is claimed about its admissibility.",
)
SEVERITIES: Final[dict[str, Pair]] = {
    "prohibited": ("法定禁止情形（待核实）", "prohibited (to be verified)"),
    "deemed": ("法定“视为”情形（待核实）", "deemed (to be verified)"),
    "review": ("需人工核查", "needs review"),
    "lead": ("一般疑点", "lead"),
    "service": ("服务提醒", "service"),
}
VERDICTS: Final[dict[str, Pair]] = {
    "certain": ("确定", "certain"),
    "possible": ("可能", "possible"),
    "excluded": ("排除", "excluded"),
}
METHODS: Final[dict[str, Pair]] = {
    "integrated": (
        "integrated：全部路径（含循环）之和，W + W² + W³ + …；直接持股沿链相乘、各路径相加。",
        "integrated: the sum over all walks, loops included, W + W² + W³ + …; direct shares are multiplied along a chain, chains added.",
    ),
    "stop_at_target": (
        "stop_at_target：各路径首次到达目标企业即止；用于处在循环持股之中的主体。",
        "stop_at_target: walks end on first reaching the company; for parties inside a loop.",
    ),
    "simple_paths": (
        "simple_paths：不重复节点的路径之和。",
        "simple_paths: the sum over paths without a repeated party.",
    ),
    "declared_indirect": (
        "declared_indirect：来源直接声明的间接持股比例（中间环节未知）。",
        "declared_indirect: an indirect share as the source declares it (a link on the way is unknown).",
    ),
    "control": (
        "control：按表决权逐层认定的控制（最小不动点），不相乘。",
        "control: by votes, link by link (the least fixpoint), never multiplied.",
    ),
}
FACT_NAMES: Final[dict[str, Pair]] = {
    **FACTS,
    **FACT_FIELDS,
    "months": ("涉及月份", "Months"),
    "programs": ("补助项目", "Programmes"),
    "limit": ("判断标准", "Limit"),
    "dwelling_count": ("住房套数", "Dwellings"),
    "not_counted": ("未计入", "Not counted"),
    "not_on_newest_list": ("最新名册未列出的成员", "Members the newest list leaves out"),
    "outside_registration": ("户籍不在发放地", "Registered elsewhere"),
    "round": ("开标日（多次招标）", "Opened (tender held again)"),
    "observed_after_bid": ("数据晚于投标日", "Data later than the bid"),
    "identity": ("主体识别依据", "Identity rests on"),
    "through_company": ("其中企业持有", "Of them through a company"),
    "certain": ("是否确定", "Certain"),
    "as_of": ("截至日期", "As of"),
    "method": ("计算方法", "Method"),
    "data": ("数据", "Data"),
}
CODES: Final[dict[str, Pair]] = {**KINDS, **ROLES, **FACT_CODES}
FIELDS_OF_WORK: Final[dict[str, Pair]] = {
    "政府工程": ("政府工程", "public works"),
    "营商环境": ("营商环境", "business climate"),
    "民生保障": ("民生保障", "livelihood support"),
    "合同履行": ("合同履行", "performance of contracts"),
    "投标人独立性": ("投标人独立性", "independence of bidders"),
    "投标文件与保证金": ("投标文件与保证金", "bid papers and deposits"),
    "投标行为": ("投标行为", "conduct in bidding"),
    "报价规律": ("报价规律", "patterns of prices"),
    "招标程序": ("招标程序", "tender procedure"),
    "社会救助": ("社会救助", "social assistance"),
}
"""Domains and scenes of the detectors; an operator's own stand as they are."""


def about_checking(lang: Lang) -> tuple[str, ...]:
    """How a third party checks a package."""
    if lang == "zh":
        return (
            "完整性：在材料包文件夹内执行 sha256sum -c manifest-sha256.txt 与 sha256sum -c tagmanifest-sha256.txt（或任何 BagIt 1.0 工具）。",
            "复算：lookthrough verify 材料包，由所附股权记录独立复算全部持股比例与控制关系，并指出不符之处。",
            "人工复算：graph/edges.csv 为逐行来源的持股记录，graph/paths.csv 为每条路径及其算式；同一路径上的比例相乘，各路径相加；存在循环持股或有未列出的路径的，穿透持股大于所列路径之和，差额与原因载于报告各路径之下。",
            "溯源：每条关系的来源编号（S1、S2…）对应 source-rows.csv 的文件、SHA-256、工作表和行号，可与原始文件核对。",
        )
    return (
        "Whole: in the package's folder, sha256sum -c manifest-sha256.txt and sha256sum -c tagmanifest-sha256.txt (or any BagIt 1.0 tool).",
        "Recomputed: lookthrough verify PACKAGE works out every share and control again from the enclosed rows, by other means, and "
        "names what differs.",
        "By hand: graph/edges.csv has the holdings, a row a source row; graph/paths.csv every path with its formula. Multiply along a path, "
        "add the paths; where there is a loop, or a path not listed, the share is more than the paths come to: the report says by how "
        "much and why, below them.",
        "Traced: each source number (S1, S2…) is a file, its SHA-256, sheet and row in source-rows.csv; hold them against the originals.",
    )
