"""`verify` holds what findings tell of parties, posts, custody, bans and links against the enclosed rows, and names the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exports import verify_package
from exports.evidence.asking import ask
from exports.evidence.contents import prove
from exports.verifying.enclosed import Enclosed
from exports.verifying.told import told_faults
from tests.exports.conftest import KEY, World, forged, with_facts

Facts = dict[str, Any]


def _death(facts: Facts) -> None:
    facts["deaths"][0]["died_on"] = "2025-01-10"


def _member(facts: Facts) -> None:
    facts["member"]["died_on"] = "2024-01-10"


def _left(facts: Facts) -> None:
    facts["former_members"][0]["left_on"] = "2025-05-01"


def _left_last(facts: Facts) -> None:
    facts["left_on"] = "2025-04-01"


def _left_out(facts: Facts) -> None:
    facts["former_members"] = facts["former_members"][1:]


def _region(facts: Facts) -> None:
    facts["applicants"][0]["hukou_region"] = "虚构省外市另一县"


def _inside_longer(facts: Facts) -> None:
    facts["custody"][0]["to"] = "2026-08-01"


def _inside_sooner(facts: Facts) -> None:
    facts["custody"][0]["from"] = "2024-12-10"


def _detained(facts: Facts) -> None:
    facts["custody"][0]["kind"] = "detention"


def _director(facts: Facts) -> None:
    facts["official"]["posts"][0]["post"] = "局长"


def _long_in_office(facts: Facts) -> None:
    facts["official"]["posts"][0]["from"] = "2001-01-01"


def _barred_longer(facts: Facts) -> None:
    facts["barred_to"] = "2029-06-01"


def _other_decision(facts: Facts) -> None:
    facts["document_no"] = "虚构标注〔2024〕99号"


def _other_authority(facts: Facts) -> None:
    facts["authority"] = "虚构省高级机关"


def _founded(facts: Facts) -> None:
    facts["bidders"][0]["founded_on"] = "2025-05-01"


def _other_name(facts: Facts) -> None:
    facts["bidders"][0]["name"] = "虚构无辜有限公司"


def _chair(facts: Facts) -> None:
    facts["bidders"][0]["links"][0]["role"] = "chair"


def _not_yet_ended(facts: Facts) -> None:
    facts["bidders"][0]["links"][0]["from"] = "2024-01-01"


@pytest.mark.parametrize(
    ("detector", "change", "place"),
    [
        ("paid-after-death", _death, "deaths/0/died_on"),
        ("household-size-change", _member, "member/died_on"),
        ("paid-after-leaving", _left, "former_members/0/left_on"),
        ("paid-after-leaving", _left_last, "left_on"),
        ("paid-after-leaving", _left_out, "former_members"),
        ("non-local-hukou", _region, "applicants/0/hukou_region"),
        ("in-prison", _inside_longer, "custody/0/to"),
        ("in-prison", _inside_sooner, "custody/0/from"),
        ("in-prison", _detained, "custody/0/kind"),
        ("officials-relative", _director, "official/posts/0/post"),
        ("officials-relative", _long_in_office, "official/posts/0/from"),
        ("affiliate-of-debarred", _barred_longer, "barred_to"),
        ("affiliate-of-debarred", _other_decision, "document_no"),
        ("affiliate-of-debarred", _other_authority, "authority"),
        ("founded-for-one-tender", _founded, "bidders/0/founded_on"),
        ("founded-for-one-tender", _other_name, "bidders/0/name"),
        ("shared-officer", _chair, "bidders/0/links/0/role"),
        ("shared-officer", _not_yet_ended, "bidders/0/links/0/from"),
    ],
)
def test_a_fact_that_the_enclosed_does_not_bear_out_is_found(
    world: World, detector: str, change: Callable[[Facts], None], place: str
) -> None:
    found = next(f for f in world.findings if f.detector == detector)
    files = prove(world.store, ask(world.store, found, None), None).files
    data = {f"data/{n}": b for n, b in files.items()}
    assert [*told_faults(Enclosed.read(data))] == []
    facts = json.loads(files["facts.json"])
    change(facts["findings"][0]["facts"])
    data["data/facts.json"] = json.dumps(facts, ensure_ascii=False).encode()
    (fault,) = told_faults(Enclosed.read(data))
    assert fault.at == f"data/facts.json /findings/0/facts/{place}"
    assert "—" not in fault.zh or "～" in fault.zh


def test_where_people_are_masked_what_is_left_can_be_held(world: World, tmp_path: Path) -> None:
    found = next(f for f in world.findings if f.detector == "officials-relative")
    package = world.package(found, hidden_by=KEY)
    told = with_facts(lambda facts: _director(facts["findings"][0]["facts"]))
    faults = verify_package(forged(package, tmp_path / "forged", "facts.json", told)).faults
    assert "data/facts.json /findings/0/facts/official/posts/0/post" in [f.at for f in faults]
