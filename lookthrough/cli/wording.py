"""What answers name by codes, in words for people: types, statuses, identities, detectors, entries of the audit.

What takes long to import is imported where it is asked for: `status` needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lookthrough.cli.console import Session

_TYPES: Final[dict[str, str]] = {
    "Company": "企业",
    "Person": "自然人",
    "Identifier": "标识",
    "Name": "曾用名",
    "Household": "家庭户",
    "Property": "不动产",
    "Vehicle": "车辆",
    "Tender": "招标项目",
    "Lot": "标段（包）",
    "Bid": "投标",
    "Contact": "联系方式/痕迹",
    "Program": "补助项目",
    "Benefit": "补助发放",
    "Concert": "一致行动人",
    "Project": "工程项目",
    "Stage": "工程阶段",
    "OWNS": "持股",
    "EXERCISES_CONTROL": "控制",
    "SAME_AS": "同一主体",
    "POSSIBLY_SAME": "疑似同一主体（未并入）",
    "IDENTIFIES": "标识归属",
    "NAMES": "曾用名归属",
    "LEGAL_REP_OF": "法定代表人",
    "OFFICER_OF": "董监高",
    "BRANCH_OF": "分支机构",
    "MEMBER_OF_CONCERT": "一致行动",
    "RELATED_TO": "亲属",
    "HOLDS_POST": "任职",
    "IN_CUSTODY": "服刑、羁押",
    "DECLINES": "放弃待遇",
    "RECUSED_FROM": "回避",
    "DEBARRED_BY": "禁止投标",
    "SUBMITS": "投标人与投标",
    "FOR_LOT": "投标与标段",
    "LOT_OF": "标段与项目",
    "BUYS": "招标人",
    "SERVES_TENDER": "参与招标",
    "WORKS_ON_BID": "投标人员",
    "USED_IN_BID": "投标痕迹",
    "SUBCONTRACTS_TO": "分包",
    "HAS_CONTACT": "联系方式",
    "HOLDS_PROPERTY": "房产所有权",
    "HOLDS_VEHICLE": "车辆所有",
    "MEMBER_OF": "家庭成员",
    "RECEIVES": "领取",
    "UNDER": "发放与补助项目",
    "EARNS": "收入",
    "ENTITLED_TO": "应享",
    "STAGE_OF": "阶段与工程",
    "PROJECT_OF": "项目与工程",
    "ULTIMATELY_HOLDS": "穿透持股",
    "CONTROLS": "推算的控制",
}
"""As lists name them: unlike in a picture, where a line stands between its ends, each must tell itself from the others."""
IDENTITIES: Final[dict[str, tuple[str, str]]] = {
    "id": ("编号", "number"),
    "vendor_id": ("数据商编号", "vendor number"),
    "unique_name": ("名称唯一", "unique name"),
    "name_only": ("仅凭名称，未核实", "name alone"),
}
BID_STATUSES: Final[dict[str, tuple[str, str]]] = {
    "registered": ("仅报名", "registered only"),
    "valid": ("有效", "valid"),
    "rejected": ("否决", "rejected"),
    "withdrawn": ("撤回", "withdrawn"),
    "revoked": ("撤销", "revoked"),
    "not_submitted": ("未递交", "not submitted"),
    "late_refused": ("逾期拒收", "refused as late"),
    "candidate": ("中标候选人", "candidate"),
    "won": ("中标", "won"),
    "lost": ("未中标", "lost"),
    "award_declined": ("放弃中标", "award declined"),
}
BATCH_STATES: Final[dict[str, tuple[str, str]]] = {
    "done": ("已完成", "done"),
    "open": ("正在导入", "being loaded"),
}
ACTIONS: Final[dict[str, tuple[str, str]]] = {
    "load": ("导入", "load"),
    "unload": ("撤回批次", "unload"),
    "run": ("运行检测", "run"),
    "decide": ("核查结论", "decide"),
    "suppress": ("抑制", "suppress"),
    "lift": ("解除抑制", "lift"),
    "key.create": ("生成密钥", "key.create"),
    "key.revoke": ("吊销密钥", "key.revoke"),
    "export": ("导出", "export"),
    "look": ("查看个人信息", "look"),
    "screen": ("核查", "screen"),
}

_FIELDS: Final[dict[str, tuple[str, str]]] = {
    "deposit": ("保证金", "deposit"),
    "deposit_amount": ("保证金", "deposit"),
    "rate": ("费率", "rate"),
    "contract_signed_on": ("合同签订日期", "contract signed"),
    "due_on": ("期限", "due"),
    "begun_on": ("开始日期", "begun"),
    "ended_on": ("结束日期", "ended"),
}
"""Fields that no picture shows."""


def word(s: Session, words: Mapping[str, tuple[str, str]], code: str | None) -> str | None:
    """A code's word in the session's language; a code without one as it stands."""
    return s.say(*words[code]) if code is not None and code in words else code


def type_word(s: Session, name: str) -> str:
    """A type of node or relationship: its Chinese name, or as the model names it."""
    return s.say(_TYPES.get(name, name), name)


def method_word(s: Session, method: str) -> str:
    """What a share is worked out by: in Chinese words, in English as the option has it."""
    from graph.penetration import METHOD_NAMES

    return s.say(METHOD_NAMES[method][0] if method in METHOD_NAMES else method, method)


def kind_word(s: Session, kind: str | None) -> str | None:
    """A party's kind."""
    from visualize.wording import KINDS, NODE_TYPES

    zh, en = (KINDS | {"person": NODE_TYPES["Person"]}).get(kind or "", (kind or "", kind or ""))
    return s.say(zh, en.lower()) or None


def field_word(s: Session, field: str) -> str:
    """A field of a node."""
    from visualize.wording import FACTS

    zh, en = (FACTS | _FIELDS).get(field, (field, field))
    return s.say(zh, en[:1].lower() + en[1:])


def field_value(s: Session, type_: str, field: str, value: str | int | float) -> str:
    """A value of a node's field: an amount in units (元) as the statement's currency has them, a code in words."""
    from graph.model import NODE_TYPES
    from visualize.field_words import field_code

    kind = next(f.type for f in NODE_TYPES[type_].fields if f.name == field)
    if kind == "MONEY":
        return f"{int(value) / 100:,.2f}"
    if kind == "TIME":
        return str(value).replace("T", " ").removesuffix(":00")
    # Only codes begin lower-case within a sentence: names keep their capitals.
    said, en = str(value), field_code(field, str(value), "en")
    return said if en == said else s.say(field_code(field, said, "zh"), en[:1].lower() + en[1:])


def detector_words(s: Session) -> Callable[[str], str]:
    """What to call a detector: its title in Chinese, its id in English; an id that is no more as it stands."""
    if s.language == "en":
        return str
    from detectors.own.definitions import read_own
    from detectors.registry import DETECTORS

    titles = {d.id: d.title_zh for d in (*DETECTORS, *read_own(s.settings.detectors))}
    return lambda id_: titles.get(id_, id_)
