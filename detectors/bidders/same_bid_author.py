"""D5b `same-bid-author`: the files of two bids of one lot come from one author or one licence.

Or the author of one saved the other last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, traces
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, LinkTie, compared
from graph.names import name_key

_HANDS = ("author", "last_saved_by")


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and author, last editor, file code or costing dongle of two separate bids."""
    defaults = {d.strip().casefold() for d in str(values["default_names"]).split(",")}

    def default_name(tie: LinkTie) -> tuple[str, str, str] | None:
        if tie.holder_name.strip().casefold() not in defaults:
            # A number is blank where it is one character throughout; a person's name may be.
            numbered = all(r["role"] in ("file_code", "costing_dongle") for r in tie.rows)
            if numbered and traces.wordy(tie.holder_name):
                return traces.placeholder(tie) or traces.not_a_number(tie.holder_name)
            return traces.placeholder(tie) if numbered else None
        return (
            "hub",
            f"“{tie.holder_name}”是软件默认名称，或部门、设备的通称，不能指认作者",
            f'"{tie.holder_name}" is a software default, or what any office calls itself or a machine, and names nobody',
        )

    what = ("投标文件作者信息", "data on the files' authors")
    authors = _one_hand(traces.used_for(rows, "author"), compared(table(rows["bidders"])))
    yield from traces.trace_drafts(rows, authors, values, what, judge=default_name)


def _one_hand(authors: pl.DataFrame, bids: pl.DataFrame) -> pl.DataFrame:
    """Who wrote one bid of a lot and saved another last, or is written in capitals in one and not in another, stands under one
    id, where no id by itself ties all of them."""
    lots = bids.select("bid_id", "lot_id").unique("bid_id")
    people = authors.filter(pl.col("role").is_in(_HANDS)).join(lots, on="bid_id")
    people = people.with_columns(name=name_key(people["holder_name"]).str.to_lowercase()).drop_nulls("name")
    at = ["lot_id", "name"]
    people = people.with_columns(alike=pl.col("bid_id").n_unique().over([*at, "holder_id"]))
    by_both = pl.col("bid_id").n_unique().over(at) > pl.col("alike").max().over(at)
    # The author's id comes first.
    one = people.filter(by_both).with_columns(one=pl.col("holder_id").min().over(at))
    ids = one.select("bid_id", "holder_id", "one").unique(["bid_id", "holder_id"])
    joined = authors.join(ids, on=["bid_id", "holder_id"], how="left", maintain_order="left")
    return joined.with_columns(holder_id=pl.coalesce("one", "holder_id")).drop("one")


DETECTOR = Detector(
    id="same-bid-author",
    version="1.4",
    domain="政府工程",
    scene="投标文件与保证金",
    title_zh="投标文件由同一作者或同一软件授权编制",
    title_en="Bid files have the same author or software licence",
    meaning_zh="同一标段的两份投标文件出自同一作者或同一软件授权，一份的作者是另一份的最后修改人的也算。",
    severity="deemed",
    basis=(
        *statutes.deemed_collusion(
            "一",
            "不同投标人的投标文件由同一单位或者个人编制",
            "different bidders' documents are made by one unit or person",
        ),
        statutes.red_flag("R041", "投标文件高度相似或同源", "bid documents alike or of one origin"),
    ),
    needs=("USED_IN_BID", "SUBMITS", "FOR_LOT"),
    parameters=(
        traces.HUB_BIDDERS,
        Parameter(
            "default_names",
            "administrator,admin,user,users,root,guest,pc,owner,author,microsoft,microsoft office user,windows 用户,"
            "windows user,微软用户,用户,作者,管理员,未知,unknown,hp,lenovo,dell,asus,acer,huawei,thinkpad,wps,wps office,"
            "python-docx,办公室,财务部,市场部,经营部,投标部,招标部,技术部,工程部,综合部,标书,投标文件,电脑,台式机,笔记本",
            "names",
            "软件默认作者名，逗号分隔",
            "authors that software fills in by itself, separated by commas",
        ),
    ),
    queries={"traces": traces.TRACES, "bidders": bidding.BIDDERS},
    columns={"traces": traces.TRACE_COLUMNS, "bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(traces.HUB, traces.PLACEHOLDER),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}的投标文件具有相同的{kind_zh}：{holder}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the bid files of {bidders_en} have the same {kind_en}: {holder}. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("软件默认作者名", "招标人提供的同一模板文件"),
    innocent_en=("a software default", "one template handed out by the tenderee"),
)
