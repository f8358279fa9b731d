"""What a whole extract ends, and that a load says so where its own rows are among it."""

from __future__ import annotations

import json
from pathlib import Path

HEAD = (
    "company_id,company_name,holder_id,holder_name,holder_kind,share_percent,list_kind,valid_to,observed_on\n"
)
A, B = "A,虚构甲建设有限公司", "B,虚构乙建设有限公司"
H = "H,虚构控股有限公司,company"


def _file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def _ended(lookthrough, *arguments: object) -> list[tuple[str, str, int]]:
    ran = lookthrough("load", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found = [p for p in json.loads(ran.out)["problems"] if p["code"] == "undated-after-snapshot"]
    for problem in found:
        assert problem["kind"] == "flag"
        assert "2025-06-30 的全量快照" in problem["expected"]["zh"]
        assert "whole for 2025-06-30" in problem["expected"]["en"]
        assert "--observed-on" in ran.err
    return [(p["file"], p["row"], p["count"]) for p in found]


def _owners(lookthrough, company: str) -> list[str]:
    ran = lookthrough("penetrate", company, "--as-of", "2025-12-31", "--format", "json")
    return [o["id"] for o in json.loads(ran.out)["owners"]]


def test_rows_without_a_date_after_a_whole_extract_are_told_to_have_ended(
    lookthrough, tmp_path: Path
) -> None:
    earlier = _file(tmp_path, "earlier.csv", f"{B},{H},30,,,")
    whole = _file(tmp_path, "whole.csv", f"{A},{H},60,,,")
    # What the extract ends is what it is for: nothing to tell.
    assert _ended(lookthrough, earlier) == []
    assert _ended(lookthrough, whole, "--snapshot", "2025-06-30") == []
    assert _owners(lookthrough, "B") == []

    more = _file(
        tmp_path,
        "more.csv",
        f"{A},{H},5,,,2025-01-31",  # dated, and before the extract: superseded as it should be
        f"{B},J,虚构投资有限公司,company,40,top_ten,,",  # nobody's absence ends a top-ten list
        f"{B},K,虚构实业有限公司,company,20,,2024-12-31,",  # over before
        f"{B},L,虚构置业有限公司,company,40,,,",
        f"{B},M,虚构贸易有限公司,company,10,,2026-12-31,",
    )
    assert _ended(lookthrough, more) == [("more.csv", "5", 2)]
    assert "local:L" not in _owners(lookthrough, "B")
    assert _ended(lookthrough, more, "--dataset", "elsewhere") == []

    batches = json.loads(lookthrough("status", "--format", "json").out)["batches"]
    for batch in batches:
        if "more.csv" in json.dumps(batch):
            assert lookthrough("unload", batch["id"]).code == 0
    # As the notice says to do.
    late = _file(tmp_path, "late.csv", f"{B},L,虚构置业有限公司,company,40,,,")
    assert _ended(lookthrough, late, "--observed-on", "2025-07-31") == []
    assert _owners(lookthrough, "B") == ["local:L"]
