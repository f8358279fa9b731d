"""Registers that are laid beside the recipients one by one: of which of them nothing at all is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Final

from detectors.definition import Assemble, Draft, Row, Undecided, Values
from detectors.households.paid import recipients
from detectors.households.tested import Tested

_KNOWN: Final = "WITH p LIMIT 1 RETURN count(p) > 0 AS known"
REGISTERS: Final = {
    "vehicles_known": f"MATCH (p:Person)-[o:HOLDS_VEHICLE]->(x:Vehicle) {_KNOWN}",
    "companies_known": f"MATCH (p:Person)-[o:OWNS|LEGAL_REP_OF|OFFICER_OF]->(c:Company) {_KNOWN}",
    "incomes_known": f"MATCH (p:Person)-[o:EARNS]->(g:Program) {_KNOWN}",
}
REGISTERS_COLUMNS: Final = dict.fromkeys(REGISTERS, ("known",))
_CALLED: Final = {
    "vehicles_known": ("车辆", "vehicles"),
    "companies_known": ("企业持股与任职", "stakes and posts in companies"),
    "incomes_known": ("收入", "incomes"),
}
DEATHS_KNOWN: Final = {
    "deaths_known": "MATCH (p:Person) WHERE p.died_on IS NOT NULL OR p.cremated_on IS NOT NULL "
    "OPTIONAL MATCH (p)-[m:MEMBER_OF]->(h:Household) WHERE m.stated_to = p.died_on WITH p, count(m) AS ended "
    f"WHERE ended = 0 OR p.cremated_on IS NOT NULL {_KNOWN}"
}
"""Is any death known otherwise than as the end of a membership, which a list of changes (人员增减) tells of its own?"""
DEATHS_KNOWN_COLUMNS: Final = dict.fromkeys(DEATHS_KNOWN, ("known",))


def registers_told(assemble: Assemble) -> Assemble:
    """What a detector gives; beside it, of each programme, what its recipients may have without anybody knowing.

    `rows` hold those of `REGISTERS`. Where none is known the detector does not run: its `needs_any` says so.
    """

    @wraps(assemble)
    def assembled(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
        yield from assemble(rows, values)
        lacking = [called for name, called in _CALLED.items() if not any(r["known"] for r in rows[name])]
        if lacking:
            zh, en = "、".join(zh for zh, _ in lacking), ", ".join(en for _, en in lacking)
            yield from _of_each_programme(
                rows,
                values,
                f"没有加载{zh}数据，领取人的这些情况无法判定",
                f"no {en} are loaded: whether recipients have any beyond the rule can't be decided",
            )

    return assembled


def deaths_registered(assemble: Assemble) -> Assemble:
    """What a detector of deaths gives; beside it, of each programme, that no register of deaths is known, where only lists
    of changes tell of any: that they name nobody else is no sign that nobody else died.

    `rows` hold those of `DEATHS_KNOWN`. Where no death is known the detector does not run: its `needs_fields` says so.
    """

    return _unless(
        assemble,
        lambda rows: any(r["known"] for r in rows["deaths_known"]),
        "死亡记录都与家庭成员减少同日，未见死亡登记或火化名单，其他领取人是否已身故无法判定",
        "deaths are known from changes of households' members alone, and no register of deaths or cremations is seen: whether "
        "other recipients have died can't be decided",
    )


def leavings_told(assemble: Assemble) -> Assemble:
    """What a detector of those who left gives; beside it, of each programme, that no list tells of anybody who left, where
    none does: that nobody has left is not known then."""

    return _unless(
        assemble,
        lambda rows: any(r["left_on"] for r in rows["members"]),
        "名册和增减记录没有写明任何成员减少的日期，成员是否均已减少无法判定",
        "no list of members or of changes states a day on which anybody left: whether all members of a household have left can't "
        "be decided",
    )


def _unless(
    assemble: Assemble, known: Callable[[Mapping[str, Sequence[Row]]], bool], zh: str, en: str
) -> Assemble:
    """What a detector gives; beside it, of each programme, what can't be decided where that is not known."""

    @wraps(assemble)
    def assembled(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
        yield from assemble(rows, values)
        if not known(rows):
            yield from _of_each_programme(rows, values, zh, en)

    return assembled


def _of_each_programme(
    rows: Mapping[str, Sequence[Row]], values: Values, zh: str, en: str
) -> Iterator[Undecided]:
    tested = Tested(values)
    judged = [tested.only(of, ()) for of in recipients(rows)]
    for program in sorted({s.program_id for of in judged for s in (*of.spells, *of.undated)}):
        yield Undecided("program", program, (program,), zh, en)
