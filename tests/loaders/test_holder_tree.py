"""Nested shareholder trees in, holdings out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from loaders.context import ReadContext
from loaders.holder_tree import read_holder_tree
from tests.loaders.documents import load_files, load_json
from tests.loaders.reading import codes, everything, nodes, rels
from tests.loaders.shapes.numbers import resident


def load(folder: Path, *documents: Any, **options: Any) -> ReadContext:
    return load_json(read_holder_tree, folder, *documents, **options)


def tree(name: str, percent: Any = None, *children: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "percent": percent, "children": list(children), **more}


ROOT, MIDDLE, OTHER = "虚构甲工程有限公司", "示例一号控股有限公司", "示例二号管理合伙企业(有限合伙)"


def holdings(context: ReadContext) -> set[tuple[Any, ...]]:
    owns = rels(context, "OWNS")
    return set() if owns.is_empty() else set(owns.select("from_id", "to_id", "share").rows())


def test_children_are_the_shareholders_of_their_parent(tmp_path: Path) -> None:
    context = load(tmp_path, tree(ROOT, None, tree(MIDDLE, 51, tree("测试甲", "70%")), tree("测试乙", 14.5)))
    people = dict(nodes(context, "Person").select("name", "id").rows())
    assert holdings(context) == {
        (f"name:{MIDDLE}", f"name:{ROOT}", 0.51),
        (people["测试甲"], f"name:{MIDDLE}", 0.7),
        (people["测试乙"], f"name:{ROOT}", 0.145),
    }
    assert rels(context, "OWNS").sort("source")["source"].str.split("##").list.last().to_list() == [
        "/children/0", "/children/0/children/0", "/children/1",
    ]  # fmt: skip
    assert not context.problems


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (51, (0.51, 0.51, 0.51)),
        (51.0, (0.51, 0.51, 0.51)),
        ("51", (0.51, 0.51, 0.51)),
        ("14.5％", (0.145, 0.145, 0.145)),
        (100, (1.0, 1.0, 1.0)),
        (0.5, (0.005, 0.005, 0.005)),
        ("5-10%", (None, 0.05, 0.1)),
        (None, (None, None, None)),
        ("-", (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_percent_is_per_cent(tmp_path: Path, percent: Any, expected: tuple[Any, ...]) -> None:
    context = load(tmp_path, tree(ROOT, None, tree(MIDDLE, percent)))
    assert rels(context, "OWNS").select("share", "share_min", "share_max").rows() == [expected]


@pytest.mark.parametrize(
    ("child", "code"),
    [
        (tree(MIDDLE, 130), "share-over-100"),
        (tree(MIDDLE, -3), "share-negative"),
        (tree(MIDDLE, "half"), "not-a-share"),
        ({"name": MIDDLE, "ratio": 0.51}, "unit-unknown"),
        ({"name": MIDDLE, "ratio": 51}, "unit-unknown"),
        ({"percent": 10}, "tree-no-party"),
        ("text", "tree-not-a-node"),
    ],
)
def test_a_bad_holding_is_refused_and_the_rest_loaded(tmp_path: Path, child: Any, code: str) -> None:
    context = load(tmp_path, tree(ROOT, None, child, tree(OTHER, 10, tree("测试甲", 100))))
    assert codes(context) == [code]
    assert len(holdings(context)) == 2
    assert context.extract.files[0].rejected == 1
    assert context.problems[0].expected_zh
    assert context.problems[0].expected_en


def test_a_ratio_needs_a_sign_or_a_mapping(tmp_path: Path) -> None:
    document = {"name": ROOT, "children": [{"name": MIDDLE, "ratio": "51%"}, {"name": OTHER, "ratio": 0.25}]}
    assert codes(load(tmp_path, document)) == ["unit-unknown"]
    for unit, share in (("fraction", 0.25), ("percent", 0.0025)):
        context = load(tmp_path, document, mapping={"sheet": [{"units": {"share": unit}}]})
        assert {s for _, _, s in holdings(context)} == {0.51, share}


def test_one_company_on_two_branches_is_one_node_and_counts_once(tmp_path: Path) -> None:
    twice = tree(MIDDLE, 30, tree("测试甲", 70), tree("测试乙", 30))
    context = load(
        tmp_path,
        tree(
            ROOT, None, twice, tree(OTHER.replace("(", "（").replace(")", "）"), 20, {**twice, "percent": 1})
        ),
    )
    assert nodes(context, "Company")["id"].n_unique() == 3
    assert nodes(context, "Person")["id"].n_unique() == 2
    assert len(holdings(context)) == 5
    assert not context.problems


def test_a_place_the_source_cut_adds_nothing_and_a_loop_is_said(tmp_path: Path) -> None:
    context = load(
        tmp_path,
        tree(
            ROOT,
            None,
            tree(MIDDLE, 60, {"name": ROOT, "percent": 20}),
            tree(OTHER, 40, {"name": MIDDLE, "percent": 5}),
        ),
    )
    assert (f"name:{ROOT}", f"name:{MIDDLE}", 0.2) in holdings(context)
    assert [(p.kind, p.code, p.row) for p in context.problems] == [
        ("note", "tree-loop-cut", "/children/0/children/0")
    ]


def test_two_places_that_differ_are_reported_and_the_first_is_used(tmp_path: Path) -> None:
    context = load(
        tmp_path,
        tree(
            ROOT,
            None,
            tree(MIDDLE, 60, tree("测试甲", 70)),
            tree(OTHER, 40, tree(MIDDLE, 5, tree("测试甲", 65))),
        ),
    )
    assert codes(context, "flag") == ["tree-conflict"]
    assert {s for _, to, s in holdings(context) if to == f"name:{MIDDLE}"} == {0.7}


def test_people_and_short_names_are_scoped_to_the_company(tmp_path: Path) -> None:
    context = load(
        tmp_path,
        tree(
            ROOT,
            None,
            tree(MIDDLE, 60, tree("测试甲", 70), tree("某某商行", 5)),
            tree("测试甲", 30),
            tree("某某商行", 5),
        ),
    )
    assert nodes(context, "Person")["id"].n_unique() == 2
    short = nodes(context, "Company").filter(pl.col("name") == "某某商行")
    assert short["id"].n_unique() == 2
    assert set(short["kind"]) == {"unknown"}


@pytest.mark.parametrize(
    "name", ["示例市国有资产监督管理委员会", "虚构基金", "示例村民委员会", "Example Holdings", "某厂"]
)
def test_what_is_no_persons_name_is_an_organisation(tmp_path: Path, name: str) -> None:
    context = load(tmp_path, tree(ROOT, None, tree(name, 10)))
    assert nodes(context, "Person").is_empty()
    assert nodes(context, "Company").height == 2


def test_vendors_keys(tmp_path: Path) -> None:
    document = {
        "companyName": ROOT, "eid": "aaa-1", "creditCode": "91999999MA00000079",
        "childrenList": [
            {"holderName": "某投资", "eid": "bbb-2", "ratio": "60%", "type": "E", "sh_type": "十大股东"},
            {"holderName": "张三测试某", "ratio": "10%", "type": "P", "id": "999999199001010016"},
            {"holderName": "社会公众股", "ratio": "30%", "type": "UE"},
        ],
    }  # fmt: skip
    context = load(tmp_path, document)
    owns = rels(context, "OWNS").sort("share")
    assert owns["from_id"].to_list()[1] == "eid:BBB-2"
    assert owns["from_id"].to_list()[0].startswith("person:")
    assert set(owns["to_id"]) == {"cn-uscc:91999999MA00000079"}
    assert owns["list_kind"].to_list() == [None, "top_ten"]
    assert rels(context, "IDENTIFIES").select("from_id", "to_id").rows() == [
        ("eid:AAA-1", "cn-uscc:91999999MA00000079")
    ]
    assert codes(context, "note") == ["remainder"]
    assert "999999199001010016" not in repr([f.rows() for fs in context.extract.nodes.values() for f in fs])


def test_an_id_with_a_wrong_check_digit_is_kept_apart(tmp_path: Path) -> None:
    context = load(tmp_path, tree(ROOT, None, tree(MIDDLE, 10, id="91999999MA00000078")))
    assert rels(context, "OWNS")["from_id"][0].startswith("unverified:91999999MA00000078/")
    assert codes(context, "flag") == ["uscc-check-digit"]


def test_lists_lines_and_the_date_of_the_extract(tmp_path: Path) -> None:
    trees = [tree(ROOT, None, tree(MIDDLE, 60)), tree("虚构乙工程有限公司", None, tree(MIDDLE, 40))]
    listed = load(tmp_path, trees, observed_on="2024-06-30")
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(json.dumps(t, ensure_ascii=False) for t in trees), encoding="utf-8")
    assert holdings(load_files(read_holder_tree, path)) == holdings(listed)
    assert set(rels(listed, "OWNS")["observed_on"]) == {"2024-06-30"}


def test_a_deep_chain_is_read(tmp_path: Path) -> None:
    node = tree("测试甲", 100)
    for level in range(200):
        node = tree(f"虚构第{level}层控股有限公司", 100, node)
    assert len(holdings(load(tmp_path, node))) == 200


def test_the_sample_trees(shared_data: Path) -> None:
    context = load_files(read_holder_tree, shared_data / "cn-tables" / "equity-tree.json")
    assert context.extract.files[0].rows == 14
    assert len(holdings(context)) == 13
    assert codes(context, "note") == ["tree-loop-cut"]
    many = load_files(read_holder_tree, shared_data / "cn-tables" / "equity-tree-list.json")
    roots = nodes(many, "Company").filter(pl.col("source").str.contains(r"##/\d$"))
    assert roots.height == 4
    assert codes(many) == []


def test_marks_that_turn_the_direction_of_reading_are_no_part_of_a_name(tmp_path: Path) -> None:
    context = load(tmp_path, tree("虚构\u202e甲工程有限公司", None, tree(MIDDLE, 51)))
    assert holdings(context) == {(f"name:{MIDDLE}", f"name:{ROOT}", 0.51)}


def test_no_name_or_problem_shows_a_persons_number(tmp_path: Path) -> None:
    one, parted = resident(3), "999999 19800101 1234"
    child = tree(f"测试甲（{one}）", 30)
    text = tree(MIDDLE, 51, tree(f"测试乙 {parted}", 70), legalPersonName=f"测试丙{one}")
    context = load(tmp_path, tree(ROOT, None, child, text, f"测试丁{one}", parted))
    people = nodes(context, "Person")
    # The number behind a name is the person's.
    assert people.filter(pl.col("id_kind") == "resident_id")["name"].to_list() == ["测试甲"]
    told = everything(context)
    assert "测试乙" in told and "测试丁" in told
    assert one not in told and one[6:] not in told and parted not in told
