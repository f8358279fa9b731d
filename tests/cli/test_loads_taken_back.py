"""Findings of lots and households whose loads were taken back: nobody could check them, and they are not gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Command
from tests.cli.test_main_job import SHAREHOLDINGS

HEAD = "tender_id,lot_id,bidder_id,bidder_name,submitted_at\n"
BIDS = "{0},1,A,虚构甲建设有限公司,2025-03-01\n{0},1,B,虚构乙建设有限公司,2025-03-01\n"
PAID = "household_id,person_id,person_name,program,month,amount\n{0},{0}-P,样本{0},虚构低保,2025-03,600元\n"
MEMBERS = (
    "household_id,person_id,person_name,relation_to_head\nF-1,F-1-P,样本F-1,户主\nF-2,F-2-P,样本F-2,户主\n"
)
HOMES = "id,owner_id,owner_name,kind\n" + "".join(
    f"{f}-{n},{f}-P,样本{f},住宅\n" for f in ("F-1", "F-2") for n in range(3)
)


def loads(lookthrough: Command, folder: Path, **files: str) -> dict[str, str]:
    """The batch of each file."""
    batches = {}
    for name, text in files.items():
        folder.joinpath(name).mkdir(parents=True)
        path = folder / name / f"{name.rpartition('__')[2]}.csv"
        path.write_text(text, encoding="utf-8")
        ran = lookthrough("load", path, "--dataset", name, "--format", "json")
        assert ran.code == 0, ran.err + ran.out
        batches[name] = json.loads(ran.out)["batch"]
    return batches


def findings(lookthrough: Command) -> dict[tuple[str, str], tuple[bool, bool]]:
    """Of each finding, by detector and scope: is it no longer found, and could it not be checked?"""
    assert lookthrough("detect").code == 0
    told: list[dict[str, Any]] = json.loads(lookthrough("findings", "list", "--format", "json").out)
    return {
        (f["detector"], f["scope"]["id"]): (bool(f["no_longer_found_at"]), bool(f["not_checked_since"]))
        for f in told
    }


def test_a_lot_taken_back_is_not_checked_and_one_whose_owners_changed_is_gone(
    lookthrough: Command, tmp_path: Path
) -> None:
    batches = loads(
        lookthrough,
        tmp_path,
        shareholdings=SHAREHOLDINGS,
        one__bids=HEAD + BIDS.format("T-1"),
        # The lot itself is stated by another list, and stays when its bids are taken back.
        lots="tender_id,id,title\nT-2,1,虚构一标\n",
        two__bids=HEAD + BIDS.format("T-2"),
        three__bids=HEAD + BIDS.format("T-3"),
    )
    shared = [("common-shareholder", f"local:T-{n}/1") for n in (1, 2, 3)]
    before = findings(lookthrough)
    assert [before[f] for f in shared] == [(False, False)] * 3
    for name in ("two__bids", "three__bids"):
        assert lookthrough("unload", batches[name]).code == 0
    after = findings(lookthrough)
    assert {f: told for f, told in after.items() if told != (False, f[1] != "local:T-1/1")} == {}
    # Loaded again, with another owner of the one company.
    assert lookthrough("unload", batches["shareholdings"]).code == 0
    other = SHAREHOLDINGS.replace(
        "A,虚构甲建设有限公司,H,虚构控股有限公司", "A,虚构甲建设有限公司,Z,虚构其他有限公司"
    )
    again = {"owners__shareholdings": other, "again__bids": HEAD + BIDS.format("T-2")}
    loads(lookthrough, tmp_path, **again)
    last = findings(lookthrough)
    assert [last[f] for f in shared] == [(True, False), (True, False), (False, True)]


def test_of_a_bidder_whose_bid_was_taken_back_nothing_is_gone(lookthrough: Command, tmp_path: Path) -> None:
    """The lot has other bids still, and what tied this bidder could not be looked at any more."""
    row = "{0},1,{1},虚构{2}建设有限公司,2025-03-01\n".format
    batches = loads(
        lookthrough,
        tmp_path,
        shareholdings=SHAREHOLDINGS,
        first__bids=HEAD + row("T-1", "A", "甲") + row("T-1", "C", "丙") + row("T-1", "D", "丁"),
        second__bids=HEAD + row("T-1", "B", "乙"),
    )
    shared = ("common-shareholder", "local:T-1/1")
    assert findings(lookthrough)[shared] == (False, False)
    assert lookthrough("unload", batches["second__bids"]).code == 0
    assert findings(lookthrough)[shared] == (False, True)
    # Both bid again, and the one belongs to somebody else.
    assert lookthrough("unload", batches["shareholdings"]).code == 0
    other = SHAREHOLDINGS.replace(
        "A,虚构甲建设有限公司,H,虚构控股有限公司", "A,虚构甲建设有限公司,Z,虚构其他有限公司"
    )
    loads(lookthrough, tmp_path, owners__shareholdings=other, again__bids=HEAD + row("T-1", "B", "乙"))
    assert findings(lookthrough)[shared] == (True, False)


def test_a_household_whose_payments_were_taken_back_is_not_checked(
    lookthrough: Command, tmp_path: Path
) -> None:
    batches = loads(
        lookthrough,
        tmp_path,
        household_members=MEMBERS,
        properties=HOMES,
        one__benefits=PAID.format("F-1"),
        two__benefits=PAID.format("F-2"),
    )
    homes = [
        ("household-multi-property", next(id_ for d, id_ in findings(lookthrough) if id_.endswith(f)))
        for f in ("F-1", "F-2")
    ]
    assert lookthrough("unload", batches["two__benefits"]).code == 0
    told = findings(lookthrough)
    assert [told[f] for f in homes] == [(False, False), (False, True)]
    # Nobody holds the homes any more: who is still paid was looked at.
    assert lookthrough("unload", batches["properties"]).code == 0
    one = HOMES.splitlines()[:2]
    loads(lookthrough, tmp_path, one__properties="\n".join(one) + "\n")
    told = findings(lookthrough)
    assert [told[f] for f in homes] == [(True, False), (False, True)]
