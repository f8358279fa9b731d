"""D1f `possible-same-person`: one name at two bidders, no number on at least one side, and something that speaks for it.

Where the name is all there is, the lot is undecided: a name alone is no lead, and no innocence either. Names meet lot
by lot, in columns: a common name costs what its bearers among the bidders of one lot cost. People who stand above a
bidder through layers are among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import polars as pl

from detectors.definition import Detector, Draft, Evidence, Row, Undecided, Values
from detectors.rows import table
from detectors.ties import bidding, names_alone, people
from detectors.ties.further_up import further_up
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, LinkTie, compared, link_draft, on_bids
from detectors.ties.namesakes import TOLD, Beside, pair_of
from graph.names import UNNUMBERED, name_key


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and name; undecided where a name is all there is."""
    bidders = compared(table(rows["bidders"]))
    told = pl.concat([table(rows[k]) for k in people.OF_ANY_KIND], how="vertical_relaxed")
    told = told.filter(pl.col("holder_id").str.starts_with("person"))
    told = told.with_columns(name_key(told["holder_name"]).alias("name")).drop_nulls("name")
    linked = _with_namesakes_above(rows, bidders, told)
    linked = linked.filter(pl.col("when") == "yes")
    at = ["lot_id", "name"]
    several = linked.filter(
        (pl.col("holder_id").n_unique().over(at) > 1)
        & (pl.col("bid_id").n_unique().over(at) > 1)
        & pl.col("holder_id").str.starts_with(UNNUMBERED).any().over(at)
    )
    beside = Beside(several, told, rows, values)
    for _, group in several.sort(*at, "bidder_id", "holder_id", "role").group_by(at, maintain_order=True):
        found = group.to_dicts()
        pairs = [p for p in (pair_of(a, b, beside) for a, b in combinations(found, 2)) if p]
        spoken = [p for p in pairs if p["corroboration"]]
        if spoken:
            yield _draft(found, spoken)
        elif pairs:
            yield names_alone.unverified(found, {p for pair in pairs for p in pair["persons"]})
    named = [table(rows[k]) for k in ("organisations", "controlling")]
    yield from names_alone.short_names(bidders, pl.concat(named, how="vertical_relaxed"))


def _with_namesakes_above(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, told: pl.DataFrame
) -> pl.DataFrame:
    """People of names that several bear, one without a number, laid beside the bids; with who stands further above."""
    over = table(rows["holdings"]).filter(pl.col("holder_id").str.starts_with("person"))
    over = over.select("lot_id", "holder_id", name=name_key(over["holder_name"])).drop_nulls("name").unique()
    both = pl.concat([told.select("holder_id", "name"), over.select("holder_id", "name")]).unique()
    loose = pl.col("holder_id").str.starts_with(UNNUMBERED).any().over("name")
    shared = both.filter((pl.col("holder_id").n_unique().over("name") > 1) & loose)["name"].unique().implode()
    linked = on_bids(bids, told.filter(pl.col("name").is_in(shared)))
    wanted = over.filter(pl.col("name").is_in(shared))
    above = further_up(rows, wanted, linked.drop("name", "id_masked", "birth_date"), by=("holdings",))
    above = above.with_columns(name=name_key(above["holder_name"]))
    above = above.join(table(rows["above"]).unique("holder_id"), on="holder_id", how="left")
    return pl.concat([linked, above], how="diagonal_relaxed")


def _draft(found: Sequence[Row], spoken: Sequence[Mapping[str, Any]]) -> Draft:
    concerned = {p for pair in spoken for p in pair["persons"]}
    rows = tuple(r for r in found if r["holder_id"] in concerned)
    why = sorted({c for pair in spoken for c in pair["corroboration"]}, key=list(TOLD).index)
    tie = LinkTie(rows[0], str(rows[0]["name"]), rows)
    made = link_draft(
        tie,
        facts={
            "holder": {"id": rows[0]["name"], "name": rows[0]["holder_name"], "kind": "name"},
            "pairs": [dict(p) for p in spoken],
            "corroboration": why,
            "strength": max(len(p["corroboration"]) for p in spoken),
            "identity": "name_only",
        },
        words={
            "why_zh": "、".join(TOLD[c][0] for c in why),
            "why_en": ", ".join(TOLD[c][1] for c in why),
            "identity_zh": "仅同名，身份未核实",
            "identity_en": "name only, identity not verified",
        },
        holder_is_party=False,
    )
    nodes = {n for n in made.evidence.nodes if n != tie.holder} | concerned
    return replace(
        made,
        identity={"lot_id": made.scope_id, "holder_name": tie.holder},
        evidence=Evidence(tuple(sorted(nodes)), made.evidence.keys),
    )


DETECTOR = Detector(
    id="possible-same-person",
    version="1.2",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人的股东、控制人或管理人员可能为同一人（同名，身份未核实）",
    title_en="Owners, controllers or officers of bidders may be one person (same name, identity not verified)",
    meaning_zh="两家投标人各有一名同名的股东（含穿透多层的间接股东）、实际控制人或管理人员，至少一方没有证件号，而且另有信息相互印证；仅同名的不作提示，按标段列为无法判定。",
    severity="lead",
    basis=(),
    needs=("SUBMITS", "FOR_LOT"),
    needs_any=("LEGAL_REP_OF", "OFFICER_OF", "OWNS", "EXERCISES_CONTROL"),
    parameters=(people.HUB_PARTIES,),
    queries={
        **people.OF_ANY_KIND,
        "organisations": people.SHORT_NAMED,
        "controlling": people.CONTROLLING_SHORT,
        "contacts": people.CONTACTS,
        "parties": people.CONTACT_USERS,
        "bidders": bidding.BIDDERS,
        "holdings": bidding.HOLDINGS,
        "above": people.ABOVE,
    },
    columns={
        **dict.fromkeys(people.OF_ANY_KIND, people.PEOPLE_COLUMNS),
        "organisations": people.LINKED_COLUMNS,
        "controlling": people.LINKED_COLUMNS,
        "contacts": people.LINKED_COLUMNS,
        "parties": people.CONTACT_USERS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "holdings": bidding.HOLDINGS_COLUMNS,
        "above": people.ABOVE_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_name"),
    suppressors=(ENDED,),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}各有一名{holder}：{links_zh}。二者同名，身份未核实；佐证：{why_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} each have a {holder}: {links_en}. The names are the same, the "
    "identity is not verified; what speaks for one person: {why_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("同名不同人",),
    innocent_en=("namesakes",),
    rests_on="name",
    in_play=True,
)
