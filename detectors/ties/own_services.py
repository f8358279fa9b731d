"""Lots that are a service of the project themselves: its supervision, its design. Whoever wins such a lot is then named as that."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from detectors.definition import Row, Suppressor
from detectors.ties.roles import role_en, role_zh

OWN_SERVICE: Final = Suppressor(
    "own-service",
    "标段采购的就是该单位所承担的服务（如监理标段的监理单位）",
    "the lot is for the very service that the party is named for, as the supervisor is of a lot for supervision",
)
_KINDS: Final = ("监理", "设计", "勘察", "勘测", "检测", "监测", "测绘", "造价")
_OVERALL: Final = "全过程"
"""Consultancy for a whole project, which has its supervision and its costs in it."""
_SERVED: Final = {
    "site_supervisor": frozenset(("监理", _OVERALL)),
    "cost_consultant": frozenset(("造价", _OVERALL)),
    "designer": frozenset(("设计",)),
}
"""The services that a party of the procedure is named for, by its role."""
_WORKS: Final = re.compile(r"不含|不包括|除外|总承包|一体化|EPC", re.IGNORECASE)
_KIND: Final = f"(?:{'|'.join(_KINDS)}|{_OVERALL}工?程?咨询)(?:咨询)?"
_BEHIND: Final = r"(?:及相关|相关|服务类|服务|公告|单位|任务|工作|招标|项目|标段|标|包|合同|[第次一二三四五六七八九十0-9A-Za-z()（）【】\s_.:：-])*"
# A title may go on about what is done: a lot is a service where it ends in one, with nothing else joined to it.
_ENDS_IN: Final = re.compile(
    rf"^(?P<before>.*?)(?P<joint>[\s()（）【】_:：、及和与+/-]*)(?P<kinds>{_KIND}(?:[、及和与/+]?{_KIND})*){_BEHIND}(?:服务采购|项目采购)?$"
)
_JOINS: Final = re.compile(r"[、及和与+/]")
_SAYS_NOTHING: Final = re.compile(r"[第标段包号分项一二三四五六七八九十0-9A-Za-z()（）\s._-]*")


def of_the_lot(link: Row, roles: Collection[str], lot: Row) -> bool:
    """Does a party of these roles bid for the very service it is named for? `lot`: lot_title, tender_title."""
    if link["how"] != "itself" or not roles:
        return False
    kinds = _kinds(lot)
    return bool(kinds) and all(_SERVED.get(role, frozenset()) & kinds for role in roles)


def own_service(party: Row, lot: Row) -> tuple[str, str, str]:
    """The rule for one that does: (rule, reason zh, reason en)."""
    name, title, role = party["party_name"] or party["party_id"], _title(lot), party["party_role"]
    return (
        OWN_SERVICE.name,
        f"{name}所投的“{title}”就是其作为{role_zh(role)}所承担的服务",
        f"what {name} bids for ({title}) is the very service that it is named for as {role_en(role)}",
    )


def _title(lot: Row) -> str:
    """What says what a lot is for: its title, else, where that only numbers it, the tender's."""
    title = str(lot["lot_title"] or "").strip()
    return str(lot["tender_title"] or "").strip() if _SAYS_NOTHING.fullmatch(title) else title


def _kinds(lot: Row) -> frozenset[str]:
    """The services a lot is for; none of works."""
    title = _title(lot)
    found = None if _WORKS.search(title) else _ENDS_IN.match(title)
    if found is None or _JOINS.search(found["joint"]):
        return frozenset()
    # 施工监理 supervises works; 施工、监理, or 施工 监理, is works and their supervision.
    of_works = found["before"].endswith(("施工", "安装", "采购"))
    if of_works and (found["joint"] or not found["kinds"].startswith(("监理", "检测", "监测"))):
        return frozenset()
    return frozenset(kind for kind in (*_KINDS, _OVERALL) if kind in found["kinds"])
