"""Accounts that benefits are paid into: for whom, month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from detectors.definition import Row, Undecided, Values
from detectors.households.paid import Recipient, Spell, asset_queries, recipients
from detectors.rules.values import Settled, settle

Paid = dict[str, tuple[Recipient, list[Spell]]]
"""What one account is paid in a month, by recipient."""


def several_paid(
    rows: Mapping[str, Sequence[Row]], values: Values
) -> Iterator[tuple[str, dict[str, Paid]] | Undecided]:
    """Accounts (their keys) that are paid for several recipients in one month, with these months; and whoever is paid
    into accounts that are not stated.
    """
    accounts: dict[str, dict[str, Paid]] = defaultdict(lambda: defaultdict(dict))
    undated: dict[str, set[str]] = defaultdict(set)
    for of in recipients(rows):
        yield from _unstated(of)
        for spell in (*of.spells, *of.undated):
            if spell.account_key and spell.month:
                accounts[spell.account_key][spell.month].setdefault(of.id, (of, []))[1].append(spell)
            elif spell.account_key:
                undated[spell.account_key].add(of.id)
    for key, months in sorted(accounts.items()):
        shared = {m: paid for m, paid in sorted(months.items()) if len(paid) >= _limit(paid, m, values)}
        if shared:
            yield key, shared
            undated.pop(key, None)
    for key, whose in sorted(undated.items()):
        everybody = tuple(sorted(whose.union(*(paid for paid in accounts.get(key, {}).values()))))
        if len(everybody) > 1:
            yield Undecided(
                "account",
                f"account:{key}",
                everybody,
                f"账户为{len(everybody)}个领取对象收款，但发放记录没有月份，是否同月共用无法判定",
                f"the account serves {len(everybody)} recipients, and payments state no month: whether in one month "
                "can't be decided",
            )


def _unstated(of: Recipient) -> Iterator[Undecided]:
    """The gap of a recipient some or all of whose payments don't say into which account they went."""
    paid = {spell.benefit: bool(spell.account_key) for spell in (*of.spells, *of.undated)}
    without = [benefit for benefit, stated in paid.items() if not stated]
    if without:
        yield Undecided(
            of.kind,
            of.id,
            (of.id,),
            f"{len(paid)}笔发放记录中{len(without)}笔没有收款账户，是否与他人共用账户无法判定",
            f"{len(without)} of {len(paid)} payments state no account: whether it is shared can't be decided",
        )


RELATED: Final = {
    "kin": "MATCH (a:Person)-[k:RELATED_TO]->(b:Person) WHERE k.counted "
    "RETURN a.id AS person_id, b.id AS related_id, k.relation AS relation, k.key AS kin_key",
    **asset_queries(
        "registered",
        "-[o:MEMBER_OF]->(x:Household)",
        "o.counted AND x.kind = 'hukou'",
        "x.id AS hukou_id, o.key AS hukou_key",
    ),
}
"""Declared kin, and the registered households of those who are paid."""
RELATED_COLUMNS: Final = {
    "kin": ("person_id", "related_id", "relation", "kin_key"),
    **dict.fromkeys(("registered", "registered_alone"), ("person_id", "hukou_id", "hukou_key")),
}
FAMILY: Final = (
    "family",
    "各领取对象之间有登记的亲属关系，或者同在一个户籍户，可能共用家庭账户",
    "the recipients are declared kin, or of one registered household: perhaps an account of the family",
)


def collective(count: int, payees: Sequence[str], rule: Settled) -> tuple[str, str, str] | None:
    """Why an account that serves `count` recipients may be held for them in trust; None where nothing tells so."""
    words = [w for w in str(rule["institution_words"]).split(";") if w]
    if payees and all(any(w in payee for w in words) for payee in payees):
        return (
            "institution",
            "账户名称为村居、养老或福利机构，可能为代管账户",
            "the account is in the name of a village or care institution, perhaps held in trust",
        )
    if count > int(rule["hub_recipients"]):
        return (
            "hub",
            f"该账户对应{count}个领取对象，超过{rule['hub_recipients']}个的阈值，可能为集体代发账户",
            f"the account serves {count} recipients, more than {rule['hub_recipients']}: perhaps a collective account",
        )
    return None


class Families:
    """Who is kin of whom, or registered with whom, by declared relations and registers of households."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]):
        self._kin: dict[str, dict[str, str]] = defaultdict(dict)
        self._homes: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows["kin"]:
            self._kin[row["person_id"]][row["related_id"]] = row["kin_key"]
            self._kin[row["related_id"]][row["person_id"]] = row["kin_key"]
        for row in (*rows["registered"], *rows["registered_alone"]):
            self._homes[row["person_id"]][row["hukou_id"]] = row["hukou_key"]

    def joining(self, recipients_: Sequence[Recipient]) -> tuple[set[str], set[str]] | None:
        """The rows that join all of them, each with some other, and the persons and registers these are of.

        None where they don't hang together. Two are joined where anybody of the one is anybody of the other, declared kin of one, or registered with one.
        """
        first, *rest = sorted(recipients_, key=lambda of: of.id)
        keys: set[str] = set()
        nodes: set[str] = set()
        frontier = [first]
        while frontier:
            here = frontier.pop()
            joined = [(of, found) for of in rest if (found := self._between(here, of)) is not None]
            for of, (by, ends) in joined:
                keys |= by
                nodes |= ends
                rest.remove(of)
                frontier.append(of)
        return None if rest else (keys, nodes)

    def _between(self, one: Recipient, other: Recipient) -> tuple[set[str], set[str]] | None:
        if one.persons & other.persons:
            return set(), set()
        for person in sorted(one.persons):
            for relative in sorted(self._kin.get(person, {}).keys() & other.persons):
                return {self._kin[person][relative]}, {person, relative}
            for neighbour in sorted(other.persons):
                for home in sorted(
                    self._homes.get(person, {}).keys() & self._homes.get(neighbour, {}).keys()
                ):
                    keys = {self._homes[person][home], self._homes[neighbour][home]}
                    return keys, {person, neighbour, home}
        return None


def _limit(paid: Paid, month: str, values: Values) -> int:
    _, spells = next(iter(paid.values()))
    return int(settle(values, spells[0].region, f"{month}-01")["recipients_limit"])
