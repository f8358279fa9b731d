"""Shareholders of parties (the shareholders extension): fractions from 0 to 1."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from loaders.context import ReadContext
from loaders.ocds.complaints import complain
from loaders.ocds.parties import Parties
from loaders.ocds.releases import Process, Release, objects
from loaders.ocds.values import id_text, text, time_of
from loaders.record_rows import RecordRows


def state_shareholders(
    process: Process, parties: Parties, rows: RecordRows, context: ReadContext, rejected: dict[str, int]
) -> None:
    """State who holds the parties of a process, list by list as its releases give them.

    A release is an observation of the whole list: `observed_on` is its date. `rejected` counts refused rows by
    file hash. `votingRights` is a word and becomes the class of shares.
    """
    for release in process.releases:
        observed, _ = time_of(release.data.get("date"))
        for party in objects(release.data.get("parties")):
            company = parties.company(process, party)
            for holder in objects(party.get("shareholders")):
                if company is None:
                    continue
                row = f"{release.row}/{id_text(party.get('id'))}/{id_text(holder.get('id'))}"
                share = _fraction(holder.get("shareholding"), release, row, context)
                owner = parties.company(process, holder.get("shareholder"))
                if owner is None:
                    complain(
                        context, "ocds-shareholder", release.file, row, column="shareholders.shareholder"
                    )
                if owner is None or share is False:
                    rejected[release.file.sha256] = rejected.get(release.file.sha256, 0) + 1
                    continue
                rows.rel(
                    "OWNS",
                    ("Company", owner),
                    ("Company", company),
                    [release.source],
                    share=share,
                    share_min=share,
                    share_max=share,
                    min_open=None if share is None else False,
                    max_open=None if share is None else False,
                    share_class=text(holder.get("votingRights")),
                    observed_on=observed[:10] if observed else None,
                )


def _fraction(value: Any, release: Release, row: str, context: ReadContext) -> float | bool | None:
    """A share, None where it isn't stated, False where it is no fraction."""
    if value is None:
        return None
    number = Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None
    if number is None or not 0 <= number <= 1:
        column = "shareholders.shareholding"
        complain(context, "ocds-shareholding", release.file, row, column=column, value=value)
        return False
    return float(number)
