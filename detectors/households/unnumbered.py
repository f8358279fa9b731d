"""Recipients with members of whom no number is known: nothing that another register says of a person can be found of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import wraps

from detectors.definition import Assemble, Draft, Row, Undecided, Values
from detectors.households.months import in_month
from detectors.households.paid import Recipient, recipients
from detectors.ties.namesakes import UNNUMBERED


def looked_up_by_number(assemble: Assemble) -> Assemble:
    """What `assemble` gives; beside it, of recipients nothing is found of, undecided where members have no number.

    For detectors that lay the recipients beside a register of persons: homes, deaths, custody, staff, other payments.
    """

    @wraps(assemble)
    def assembled(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
        told = set()
        for hit in assemble(rows, values):
            told.add(hit.scope_id)
            yield hit
        for of in recipients(rows):
            people = _unnumbered(of)
            if people and of.id not in told:
                yield Undecided(
                    of.kind,
                    of.id,
                    tuple(sorted(people)),
                    f"{len(people)}名成员没有可用的证件号，无法与其他登记核对",
                    f"{len(people)} of its members without a usable number: other registers can't be asked about them",
                )

    return assembled


def _unnumbered(of: Recipient) -> set[str]:
    """Members in some paid month, or at all where payments have no month."""
    return {
        str(m["person_id"])
        for m in of.members
        if str(m["person_id"]).startswith(UNNUMBERED)
        and (not of.months or any(in_month(m["member_from"], m["member_to"], month) for month in of.months))
    }
