"""Registers that are laid beside the recipients one by one: of which of them nothing at all is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


def registers_told(assemble: Assemble) -> Assemble:
    """What a detector gives; beside it, of each programme, what its recipients may have without anybody knowing.

    `rows` hold those of `REGISTERS`. Where none is known the detector does not run: its `needs_any` says so.
    """

    @wraps(assemble)
    def assembled(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
        yield from assemble(rows, values)
        lacking = [called for name, called in _CALLED.items() if not any(r["known"] for r in rows[name])]
        if not lacking:
            return
        tested = Tested(values)
        judged = [tested.only(of, ()) for of in recipients(rows)]
        programs = {s.program_id for of in judged for s in (*of.spells, *of.undated)}
        zh, en = "、".join(zh for zh, _ in lacking), ", ".join(en for _, en in lacking)
        for program in sorted(programs):
            yield Undecided(
                "program",
                program,
                (program,),
                f"没有加载{zh}数据，领取人的这些情况无法判定",
                f"no {en} are loaded: whether recipients have any beyond the rule can't be decided",
            )

    return assembled
