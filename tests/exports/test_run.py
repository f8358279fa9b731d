"""What a package says of its own making: run.json and bag-info.txt say the same, of the facts enclosed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exports import Package, PackageError, verify_package
from exports.bag import bag, read_info
from tests.exports.conftest import World, unpack


def remade(
    package: Package, folder: Path, run: Callable[[dict[str, Any]], Any], fields: dict[str, str] | None = None
) -> Path:
    """The package with another run.json or other fields, every manifest made new."""
    data = {n[5:]: b for n, b in package.files.items() if n.startswith("data/")}
    told = json.loads(package.files["run.json"])
    run(told)
    about = read_info(package.files["bag-info.txt"]) | (fields or {})
    about.pop("Payload-Oxum")
    text = json.dumps(told, ensure_ascii=False).encode()
    return unpack(bag(data, {"run.json": text}, list(about.items())), folder)


@pytest.mark.parametrize(
    ("change", "fields", "at"),
    [
        (lambda r: r.update(actor="别人"), {}, "run.json actor"),
        (lambda r: r.update(made_at="2020-01-01T00:00:00+00:00"), {}, "run.json made_at"),
        (lambda r: r["software"].update(version="9.9"), {}, "run.json software"),
        (lambda r: r.update(facts_sha256="0" * 64), {}, "run.json facts_sha256"),
        (lambda r: None, {"Contact-Name": "别人"}, "run.json actor"),
        (
            lambda r: None,
            {"External-Identifier": "finding:00000000000000000000"},
            "bag-info.txt External-Identifier",
        ),
    ],
)
def test_who_when_and_of_what_stand_twice_and_agree(
    nine: Package, tmp_path: Path, change: Callable[[dict[str, Any]], Any], fields: dict[str, str], at: str
) -> None:
    assert verify_package(remade(nine, tmp_path / "same", lambda r: None)).holds
    checked = verify_package(remade(nine, tmp_path / "changed", change, fields))
    assert [f.at for f in checked.faults] == [at]
    assert all(f.zh and f.en for f in checked.faults)


def test_a_run_that_can_not_be_read_is_told_so(nine: Package, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"run\.json"):
        verify_package(remade(nine, tmp_path / "package", lambda r: r.pop("actor")))


def test_a_long_name_and_a_household_that_is_hidden_make_no_fault(world: World, tmp_path: Path) -> None:
    from tests.exports.conftest import KEY

    made = world.package("local:BZDB0008", actor="某某市纪委监委第三监督检查室  " * 6 + "张某", hidden_by=KEY)
    assert verify_package(unpack(made.files, tmp_path / "package")).holds
