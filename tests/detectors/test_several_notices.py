"""Tenders of which sources state several notices and deadlines: what was short is not hidden by what is long; on both stores."""

from __future__ import annotations

from detectors.procedure import short_bid_period
from tests.detectors.files_world import FoundInFiles, found_in_files, table

SHORT = short_bid_period.DETECTOR
HEAD = "项目编号,项目名称,适用法律,招标方式,公告日期,投标截止时间"


def tenders(*rows: tuple[str, str, str]) -> str:
    """Each with its notice and deadline."""
    return table(HEAD, [(n, "虚构路工程", "招标投标法", "公开招标", start, end) for n, start, end in rows])


several = found_in_files(
    [
        {
            "招标项目.csv": tenders(
                ("SHORT-FIRST", "2024-03-20", "2024-03-25"),
                ("SHORT-LATER", "2024-02-20", "2024-03-25"),
                ("LONG-BOTH", "2024-02-20", "2024-03-25"),
                ("SHORT-BOTH", "2024-03-01", "2024-03-10"),
                ("SHORT-ONCE", "2024-03-01", "2024-03-10"),
            )
        },
        {
            "二次招标.csv": tenders(
                ("SHORT-FIRST", "2024-05-01", "2024-06-10"),
                ("SHORT-LATER", "2024-06-05", "2024-06-10"),
                ("LONG-BOTH", "2024-05-01", "2024-06-10"),
                ("SHORT-BOTH", "2024-03-01", "2024-03-12"),
            )
        },
    ],
    [SHORT],
)


def test_a_short_time_beside_a_long_one_is_undecided(several: FoundInFiles) -> None:
    told = {u.scope_id: u.missing_zh for _, u in several.run.undecided}
    assert set(told) == {"local:SHORT-FIRST", "local:SHORT-LATER"}
    assert "2024-03-20至2024-03-25为5天" in told["local:SHORT-FIRST"]
    assert "2024-06-05至2024-06-10为5天" in told["local:SHORT-LATER"]


def test_a_time_that_is_short_however_it_is_counted_is_found(several: FoundInFiles) -> None:
    assert {f.scope_id: f.facts["days"] for f in several.run.findings} == {
        "local:SHORT-BOTH": 11,
        "local:SHORT-ONCE": 9,
    }
