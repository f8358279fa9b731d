"""Buyers, agents and the like, and bidders beside them, whose owners are not known: that nothing links them is not known.

A public body has no owners to be registered, and whom it employs is seldom loaded: of it nothing is said to be lacking, and
its people are looked at where there are any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row, Undecided
from detectors.rows import table
from detectors.ties.links import compared
from detectors.ties.people import OF_STAFF
from detectors.ties.procedure_parties import PARTY_QUERY_COLUMNS
from detectors.ties.roles import role_en, role_zh
from graph.public_kinds import PUBLIC

# GB 32100-2015, 4.1: codes that begin with 1 are of organs of the state and public institutions.
_PUBLIC_CODE: Final = "cn-uscc:1"
_PUBLIC_NAME: Final = (
    r"(?:人民政府|政府|街道办事处|委员会|委员会办公室|办公室|国资委|局|厅|财政部|法院|检察院|支队|总队|大队|派出所|海关|监狱|"
    r"管理处|人民代表大会|政协|大学|学院|学校|中学|小学|幼儿园|医院|卫生院|疗养院|图书馆|博物馆|档案馆|文化馆|体育馆|"
    r"(?:交易|采购|卫生服务|疾病预防控制|代建|事务|管理|储备|保障|救助|血液|气象|党群|行政|政务)(?:服务)?中心)$"
)


def is_public(of: str, kind: str | None) -> pl.Expr:
    """Is a body (columns `of`_id, `of`_name and `kind`, where known) one of the state, which has no owners?"""
    code, name = (pl.col(f"{of}_{c}").fill_null("") for c in ("id", "name"))
    by_kind = pl.col(kind).fill_null("").is_in(PUBLIC) if kind else pl.lit(False)
    return by_kind | code.str.starts_with(_PUBLIC_CODE) | name.str.contains(_PUBLIC_NAME)


def without_data(
    rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame, zh: str, en: str
) -> Iterator[Undecided]:
    """Of each lot that has them: parties of whom nothing is known, those whose owners alone are not, and bidders whose owners
    are not. `zh`, `en`: what cannot be decided of the first. `parties`: as `PARTY_COLUMNS`."""
    told = [table(rows[k]) for k in PARTY_QUERY_COLUMNS if k.startswith("party_people")]
    # Of a firm of which one of the staff is known, the rest of its people and its owners are not.
    posted = [t.filter(~pl.col("role").fill_null("").is_in(OF_STAFF))["party_id"] for t in told]
    # Of a branch its head office is known, and tells whose it is.
    owned = pl.concat([table(rows["party_owned"])["party_id"], table(rows["branches"])["bidder_id"]]).unique()
    known = pl.concat([*posted, owned]).unique()
    bids = compared(table(rows["bidders"])).select("lot_id", party_id="bidder_id").unique()
    here = parties.join(bids.select("lot_id").unique(), on="lot_id", how="semi")
    public = (pl.col("party_kind").fill_null("") != "person") & is_public("party", "party_kind")
    firms = here.filter((pl.col("party_kind").fill_null("") != "person") & ~public)
    # A party that bids itself is told of as that.
    firms = firms.join(bids, on=["lot_id", "party_id"], how="anti")
    nothing = firms.filter(~pl.col("party_id").is_in(known.implode()))
    yield from _of_parties(
        nothing, f"既没有股权数据，也没有人员数据：{zh}", f"neither owners nor people are known; {en}"
    )
    unowned = firms.filter(
        pl.col("party_id").is_in(known.implode()) & ~pl.col("party_id").is_in(owned.implode())
    )
    yield from _of_parties(
        unowned,
        "没有股权数据：与投标人之间的股权关联无法判定",
        "no owners are known; whether shares link it to a bidder cannot be decided",
    )
    # A public body none of whose people are known is beside no bidder: nothing of it would be compared with the bidder's owners.
    peopled = pl.concat([t["party_id"] for t in told]).unique()
    beside = here.filter(~public | pl.col("party_id").is_in(peopled.implode()))
    yield from _of_bidders(rows, bids, beside)


def _of_parties(parties: pl.DataFrame, zh: str, en: str) -> Iterator[Undecided]:
    lots = (
        parties.sort("lot_id", "party_role", "party_id")
        .unique(["lot_id", "party_id"], keep="first", maintain_order=True)
        .with_columns(label=pl.coalesce("party_name", "party_id"))
        .group_by("lot_id", maintain_order=True)
        .agg("party_id", "party_role", "label")
    )
    for lot, ids, roles, labels in lots.iter_rows():
        named = list(zip(roles, labels, strict=True))
        yield Undecided(
            "lot",
            lot,
            tuple(ids),
            f"{'、'.join(f'{role_zh(r)}“{n}”' for r, n in named)}{zh}",
            f"{', '.join(f'the {role_en(r)} “{n}”' for r, n in named)}: {en}",
        )


def _of_bidders(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, beside: pl.DataFrame
) -> Iterator[Undecided]:
    """Bidders (lot_id, party_id) without owners in lots of the parties `beside` which they would be compared with."""
    known = pl.concat([table(rows[k])["bidder_id"].cast(pl.String) for k in ("covered", "branches")]).unique()
    roles = (
        beside.select("lot_id", "party_role")
        .unique()
        .sort("lot_id", "party_role")
        .group_by("lot_id")
        .agg("party_role")
    )
    lots = (
        bids.join(roles, on="lot_id")
        # Before the groups: within them the list of all known would be held once for each.
        .with_columns(unowned=~pl.col("party_id").is_in(known.implode()))
        .group_by("lot_id")
        .agg(
            pl.col("party_role").first(),
            of=pl.col("party_id").n_unique(),
            lacking=pl.col("party_id").filter("unowned").sort(),
        )
        .filter(pl.col("lacking").list.len() > 0)
        .sort("lot_id")
    )
    for lot, others, of, lacking in lots.iter_rows():
        yield Undecided(
            "lot",
            lot,
            tuple(lacking),
            f"{of}家投标人中有{len(lacking)}家没有股权数据：与{'、'.join(map(role_zh, others))}之间的股权关联无法判定",
            f"{len(lacking)} of {of} bidders have no ownership data: whether shares link them to the "
            f"{', '.join(map(role_en, others))} cannot be decided",
        )
