"""Accounts that benefits are paid into: for whom, month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Row, Undecided, Values
from detectors.households.paid import Recipient, Spell, recipients
from detectors.rules.values import settle

Paid = dict[str, tuple[Recipient, list[Spell]]]
"""What one account is paid in a month, by recipient."""


def several_paid(
    rows: Mapping[str, Sequence[Row]], values: Values
) -> Iterator[tuple[str, dict[str, Paid]] | Undecided]:
    """Accounts (their keys) that are paid for several recipients in one month, with these months."""
    accounts: dict[str, dict[str, Paid]] = defaultdict(lambda: defaultdict(dict))
    undated: dict[str, set[str]] = defaultdict(set)
    for of in recipients(rows):
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


def _limit(paid: Paid, month: str, values: Values) -> int:
    _, spells = next(iter(paid.values()))
    return int(settle(values, spells[0].region, f"{month}-01")["recipients_limit"])
