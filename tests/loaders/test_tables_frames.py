"""Notebook frames into records."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from loaders.frames import FrameError, IgnoredColumnsWarning, load_frame
from tests.loaders.reading import KEY
from tests.loaders.shapes.numbers import resident


def test_a_frame_is_read_as_a_file_would_be() -> None:
    df = pd.DataFrame(
        {"company_id": ["A", "A"], "holder_id": ["B", "C"], "share": [0.51, 0.49], "extra": [1, None]}
    )
    with pytest.warns(IgnoredColumnsWarning, match="extra"):
        extract = load_frame(df, "shareholdings", dataset="notebook", person_key=KEY)
    (frame,) = extract.rels[("OWNS", "Company", "Company")]
    assert frame.select("from_id", "to_id", "share").rows() == [
        ("local:B", "local:A", 0.51),
        ("local:C", "local:A", 0.49),
    ]
    assert frame["source"][1].endswith("#shareholdings#2")
    with pytest.warns(IgnoredColumnsWarning):
        again = load_frame(df.copy(), "shareholdings", dataset="notebook", person_key=KEY)
    assert again.batch_id == extract.batch_id


def test_columns_that_are_not_known_are_told_with_what_was_perhaps_meant() -> None:
    df = pd.DataFrame({"company_id": ["A"], "holder_id": ["B"], "share_percnt": ["51%"], "毫无关系": [1]})
    with pytest.warns(IgnoredColumnsWarning) as warned:
        load_frame(df, "shareholdings", dataset="notebook", person_key=KEY)
    (told,) = warned
    assert isinstance(told.message, IgnoredColumnsWarning)
    assert told.message.columns["share_percnt"][0] == "share_percent"
    assert told.message.columns["毫无关系"] == ()
    assert "share_percnt (did you mean share_percent" in told.message.en
    assert "share_percnt（是否为 share_percent" in told.message.zh
    assert told.filename == __file__


def test_dates_and_missing_values_of_pandas() -> None:
    df = pd.DataFrame(
        {
            "id": [resident(1), resident(2)],
            "died_on": pd.to_datetime(["2023-05-06", None]),
            "name": ["测试甲", None],
        }
    )
    extract = load_frame(df, "persons", dataset="notebook", person_key=KEY)
    (frame,) = extract.nodes["Person"]
    assert frame["died_on"].to_list() == ["2023-05-06", None]
    assert frame["name"].to_list() == ["测试甲", None]
    assert frame["id"].str.starts_with("person:").all()


def test_a_bad_row_says_which_and_why() -> None:
    df = pd.DataFrame({"company_id": ["A", "A"], "holder_id": ["B", "C"], "持股比例": [51, 49]})
    with pytest.raises(FrameError, match="no unit") as caught:
        load_frame(df, "shareholdings", dataset="notebook", person_key=KEY)
    assert [p.row for p in caught.value.problems] == ["1", "2"]
    units = {"share_percent": "percent"}
    assert load_frame(df, "shareholdings", dataset="notebook", person_key=KEY, units=units).rels


def test_a_number_that_lost_its_end_and_a_missing_column_are_refused() -> None:
    df = pd.DataFrame({"id": [999999198001010010]})
    with pytest.raises(FrameError, match="lost"):
        load_frame(df, "persons", dataset="notebook", person_key=KEY)
    with pytest.raises(FrameError, match="holder_id"):
        load_frame(pd.DataFrame({"company_id": ["A"]}), "shareholdings", dataset="notebook", person_key=KEY)
    with pytest.raises(ValueError, match="no table"):
        load_frame(df, "sharholdings", dataset="notebook", person_key=KEY)


def test_the_guides_example_runs_and_says_what_it_says(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "notebooks.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {"folder": tmp_path}
    exec(code[1], names)
    owners = names["owners"].set_index("name")
    assert owners["share"].to_dict() == {
        "虚构控股有限公司": 0.6,
        "示例另一有限公司": 0.4,
        "测试人甲": 0.3,
    }
    assert owners["depth"]["测试人甲"] == 2
    assert len(names["companies"]) == 3


def test_a_refused_frame_says_so_in_both_languages() -> None:
    df = pd.DataFrame({"company_id": ["A", "B"], "holder_id": ["B", "C"], "share_percent": ["130%", "140%"]})
    with pytest.raises(FrameError) as refused:
        load_frame(df, "shareholdings", dataset="notebook", person_key=KEY)
    assert refused.value.zh.startswith("第 1 行，share_percent：")
    assert "另有 1 处" in refused.value.zh
    assert "above 100%" in refused.value.en
