"""People of whom no number is known, among recipients or in the register beside them: a name tells neither way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Final

import polars as pl

from detectors.definition import Assemble, Draft, Row, Undecided, Values
from detectors.households.all_left import all_left
from detectors.households.months import in_month, months_said
from detectors.households.paid import Recipient, recipients
from detectors.households.rights import rights
from detectors.households.tested import Tested
from detectors.rows import table
from detectors.ties.namesakes import masks_agree
from graph.counted import counted
from graph.names import UNNUMBERED, name_key

OWNERS: Final = {
    "owners_by_name": "MATCH (p:Person)-[o:HOLDS_PROPERTY]->(x:Property) "
    f"WHERE o.counted AND p.id STARTS WITH '{UNNUMBERED}' RETURN p.id AS owner_id, p.name AS owner_name, "
    "p.id_masked AS owner_mask, x.id AS property_id, x.kind AS kind, o.status AS right_status, "
    "o.valid_from AS held_from, o.valid_to AS held_to, o.share AS share, o.observed_on AS observed_on"
}
"""Owners of whom the register of homes gives the name alone, or a masked number."""
OWNERS_COLUMNS: Final = {
    "owners_by_name": (
        *("owner_id", "owner_name", "owner_mask", "property_id", "kind", "right_status"),
        *("held_from", "held_to", "share", "observed_on"),
    )
}


Beside = Callable[[Mapping[str, Sequence[Row]]], Callable[[Recipient], Iterator[Undecided]]]
"""Given the rows of a detector: what is undecided of a recipient."""


def _beside(also: Beside) -> Callable[[Assemble], Assemble]:
    """What a detector gives; beside it, of recipients nothing is found of, what `also` says."""

    def around(assemble: Assemble) -> Assemble:
        @wraps(assemble)
        def assembled(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
            told = set()
            for hit in assemble(rows, values):
                told.add(hit.scope_id)
                yield hit
            said = also(rows)
            tested = Tested(values)
            for of in recipients(rows):
                judged = tested.only(of, ())
                if of.id not in told and (judged.spells or judged.undated):
                    yield from said(judged)

        return assembled

    return around


def _owners_by_name(rows: Mapping[str, Sequence[Row]]) -> Callable[[Recipient], Iterator[Undecided]]:
    owners: dict[str, list[Row]] = defaultdict(list)
    found = table(rows["owners_by_name"])
    named = found.with_columns(person_id="owner_id", name=name_key(found["owner_name"]))
    for row in rights(named.iter_rows(named=True), rows["acquired"]):
        if row["name"]:
            owners[row["name"]].append(row)
    return lambda of: _by_name(of, owners) if owners else iter(())


def _by_name(of: Recipient, owners: Mapping[str, Sequence[Row]]) -> Iterator[Undecided]:
    names = name_key(pl.Series([m["member_name"] for m in of.members], dtype=pl.String)).to_list()
    for member, name in zip(of.members, names, strict=True):
        alike = [
            o
            for o in owners.get(name or "", ())
            if masks_agree(member["id_masked"], o["owner_mask"]) is not False
            and any(
                in_month(o["held_from"], o["until"], month)
                and in_month(member["member_from"], member["member_to"], month)
                for month in of.months
            )
        ]
        homes = len({o["property_id"] for o in alike})
        if homes:
            yield Undecided(
                of.kind,
                of.id,
                (str(member["person_id"]), *sorted({str(o["owner_id"]) for o in alike})),
                f"与成员“{member['member_name']}”同名的权利人名下有{homes}处房产，没有可用的证件号：是否为同一人无法核实",
                f"{counted(homes, 'property', 'properties')} of an owner named “{member['member_name']}” as a member is, without "
                "a usable number: whether it is one person cannot be told",
            )
            return


def _without_number(of: Recipient) -> Iterator[Undecided]:
    people = _unnumbered(of)
    if not of.members:
        yield Undecided(
            of.kind,
            of.id,
            (of.id,),
            "没有该户受助成员的名册（户籍登记的户不等于受助家庭），无法与其他登记核对",
            "no list of those whom it is paid for (a registered household is not one): other registers can't be asked about "
            "them",
        )
    elif people:
        yield Undecided(
            of.kind,
            of.id,
            tuple(sorted(people)),
            f"{len(people)}名成员没有可用的证件号，无法与其他登记核对",
            f"{len(people)} of its members without a usable number: other registers can't be asked about them",
        )
    elif of.unlisted:
        zh, en = unlisted_said(of)
        yield Undecided(
            of.kind,
            of.id,
            (of.id,),
            f"{zh}：其余成员无法与其他登记核对",
            f"{en}: other registers can't be asked about the others",
        )
    elif empty := [month for month in of.months if not of.members_in(month)]:
        yield nobody_inside(of, empty)


def nobody_inside(of: Recipient, months: Sequence[str]) -> Undecided:
    """Of a recipient that is paid in these months, in order, while none of its members belongs to it: for whom is not known."""
    said = months_said(months)
    left = all_left(of)
    if left and (day := max(left.values())) <= f"{months[0]}-31":
        return Undecided(
            of.kind,
            of.id,
            (of.id,),
            f"按增减记录，全部成员均已减少（最后一名：{day}），此后{said}仍有{len(months)}个月的发放：为谁发放、是否应当停发而未停，请核实；"
            "这些月份无法与其他登记核对",
            f"by the lists of changes all members have left (the last one on {day}), and {counted(len(months), 'month')} of {said} "
            "were paid for since: verify for whom, and whether payments were to stop; other registers can't be asked about "
            "these months",
        )
    return Undecided(
        of.kind,
        of.id,
        (of.id,),
        f"{said}有发放的月份，名册上没有在户的成员（均已减少、退出，或尚未增加）：这些月份为谁发放不明，无法与其他登记核对",
        f"paid in {said} while nobody is a member (all have left, or are not yet listed): whom it was paid for is not "
        "known, and other registers can't be asked about them",
    )


def unlisted_said(of: Recipient) -> tuple[str, str]:
    """In Chinese and English, that a recipient has more people than are known."""
    known = len(of.persons)
    return (
        f"名单写明{of.people}人（家庭人口或保障人口），已知成员只有{known}人",
        f"by its lists it has {of.people} people, of whom {known} {'is' if known == 1 else 'are'} known",
    )


def _unnumbered(of: Recipient) -> set[str]:
    """Members in some paid month, or at all where payments have no month."""
    return {
        str(m["person_id"])
        for m in of.members
        if str(m["person_id"]).startswith(UNNUMBERED)
        and (not of.months or any(in_month(m["member_from"], m["member_to"], month) for month in of.months))
    }


homes_by_name: Final = _beside(_owners_by_name)
"""For the detector of homes (`OWNERS`, `ACQUIRED`): undecided where owners without a number bear a member's name.

Of owners whose masked number contradicts the member's nothing is said.
"""
looked_up_by_number: Final = _beside(lambda rows: _without_number)
"""For detectors that lay recipients beside a register of persons: undecided where members have no number, or nobody is
known to be one, at all or in some month that is paid for.
"""
