"""D1f `possible-same-person`: one name at two bidders, no number on at least one side, and something that speaks for it.

Where the name is all there is, the lot is undecided: a name alone is no lead, and no innocence either. Names meet lot
by lot, in columns: a common name costs what its bearers among the bidders of one lot cost. People who stand above a
bidder through layers are among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Literal

import polars as pl

from detectors.definition import Detector, Draft, Evidence, Row, Undecided, Values
from detectors.rows import table
from detectors.ties import bidding, names_alone, people
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, LinkTie, compared, link_hits
from detectors.ties.namesakes import TOLD, Beside, pair_of, with_namesakes_above
from graph.names import UNNUMBERED, name_key


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and name; undecided where a name is all there is."""
    bidders = compared(table(rows["bidders"]))
    told = pl.concat([table(rows[k]) for k in people.OF_ANY_KIND], how="vertical_relaxed")
    told = told.filter(pl.col("holder_id").str.starts_with("person"))
    told = told.with_columns(name_key(told["holder_name"]).alias("name")).drop_nulls("name")
    linked = with_namesakes_above(rows, bidders, told)
    at = ["lot_id", "name"]
    several = linked.filter(
        (pl.col("holder_id").n_unique().over(at) > 1)
        & (pl.col("bid_id").n_unique().over(at) > 1)
        & pl.col("holder_id").str.starts_with(UNNUMBERED).any().over(at)
    )
    beside = Beside(several, told, rows, values)
    for _, group in several.sort(*at, "bidder_id", "holder_id", "role").group_by(at, maintain_order=True):
        found = group.to_dicts()
        live = [r for r in found if r["when"] == "yes"]
        pairs = _pairs(live, beside)
        if spoken := [p for p in pairs if p["corroboration"]]:
            yield _hit(live, spoken)
            continue
        if pairs:
            yield names_alone.unverified(live, {p for pair in pairs for p in pair["persons"]})
        if len(live) < len(found) and (ended := [p for p in _pairs(found, beside) if p["corroboration"]]):
            yield _hit(found, ended, "ended")
    named = [table(rows[k]) for k in ("organisations", "controlling")]
    yield from names_alone.short_names(bidders, pl.concat(named, how="vertical_relaxed"))


def _pairs(found: Sequence[Row], beside: Beside) -> list[dict[str, Any]]:
    return [p for p in (pair_of(a, b, beside) for a, b in combinations(found, 2)) if p]


def _hit(
    found: Sequence[Row], spoken: Sequence[Mapping[str, Any]], of: Literal["", "ended"] = ""
) -> Draft | Undecided:
    concerned = {p for pair in spoken for p in pair["persons"]}
    rows = tuple(r for r in found if r["holder_id"] in concerned)
    why = sorted({c for pair in spoken for c in pair["corroboration"]}, key=list(TOLD).index)
    tie = LinkTie(rows[0], str(rows[0]["name"]), rows, of)
    (made,) = link_hits(
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
    if isinstance(made, Undecided):
        return made
    nodes = {n for n in made.evidence.nodes if n != tie.holder} | concerned
    return replace(
        made,
        identity={"lot_id": made.scope_id, "holder_name": tie.holder},
        evidence=Evidence(tuple(sorted(nodes)), made.evidence.keys),
    )


DETECTOR = Detector(
    id="possible-same-person",
    version="1.3",
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
