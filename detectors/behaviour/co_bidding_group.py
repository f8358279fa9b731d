"""D9a `co-bidding-group`: three or more bidders that meet in most of their lots, and hardly meet anybody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.behaviour.co_bidding import Group, groups, submitted
from detectors.behaviour.prices import bids_table
from detectors.definition import Detector, Draft, Evidence, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.ties import bidding

PARAMETERS = (
    Parameter(
        "min_lots", 10, "lots", "每家投标标段不足此数不判断", "bidders with fewer are not judged", least=1
    ),
    Parameter(
        "min_rank", 0.3, "", "紧密度×排他度达到此值才提示", "intensity × exclusivity from here on", greatest=1
    ),
    Parameter(
        "max_bidders",
        100,
        "bidders",
        "投标人超过此数的标段（入围、框架类）不计",
        "lots with more bidders (framework-like) are left out",
        least=3,
    ),
)
POPULATION = "MATCH (c:Company)-[:SUBMITS]->(:Bid) RETURN count(DISTINCT c.id) AS n"


def found_groups(bids: pl.DataFrame, values: Values) -> list[Group]:
    """The groups under these parameters."""
    return groups(
        submitted(bids, int(values["max_bidders"])), int(values["min_lots"]), float(values["min_rank"])
    )


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a group; its identity is the three bidders it grew from."""
    bids = bids_table(rows["bids"])
    pairs = submitted(bids, int(values["max_bidders"]))
    names = dict(bids.select("bidder_id", "bidder_name").unique("bidder_id").iter_rows())
    for group in found_groups(bids, values):
        yield group_draft(group, names, _facts(group, pairs), {}, _last(bids, group), values)


def _facts(group: Group, pairs: pl.DataFrame) -> dict[str, object]:
    counts = dict(
        pairs.filter(pl.col("bidder_id").is_in(list(group.members))).group_by("bidder_id").len().iter_rows()
    )
    return {"lots_by_member": {m: int(counts[m]) for m in group.members}}


def _last(bids: pl.DataFrame, group: Group) -> str | None:
    last = bids.filter(pl.col("bidder_id").is_in(list(group.members)))["bid_on"].max()
    return str(last) if last else None


def group_draft(
    group: Group,
    names: Mapping[str, str | None],
    facts: Mapping[str, object],
    words: Mapping[str, str],
    date: str | None,
    values: Values,
) -> Draft:
    """A draft about a group, with its measures among the facts."""
    members = [str(names.get(m) or m) for m in group.members]
    core = "|".join(group.core)
    return Draft(
        scope_kind="group",
        scope_id=f"group:{core}",
        identity={"bidder_id": core},
        subjects=group.members,
        facts={
            "as_of": date,
            "members": list(group.members),
            "core": list(group.core),
            "intensity": group.intensity,
            "coherence": group.coherence,
            "exclusivity": group.exclusivity,
            "rank": group.rank,
            "lots": group.lots,
            "identity": "id",
            **facts,
        },
        words={
            "members_zh": "、".join(members),
            "members_en": ", ".join(members),
            "lots": str(group.lots),
            "intensity": f"{group.intensity:.3f}",
            "exclusivity": f"{group.exclusivity:.3f}",
            "rank": f"{group.rank:.3f}",
            **words,
        },
        date=date,
        regime=None,
        evidence=Evidence(group.members, ()),
        values=values,
    )


DETECTOR = Detector(
    id="co-bidding-group",
    version="1.0",
    domain="政府工程",
    scene="投标行为",
    title_zh="固定投标群体",
    title_en="A group that bids together",
    meaning_zh="三家以上投标人多数标段同场投标，很少与其他投标人同场。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R053",
            "同一批投标人反复共同投标",
            "the same bidders recur together",
        ),
    ),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=PARAMETERS,
    queries={"bids": bidding.BIDDERS},
    columns={"bids": bidding.BIDDERS_COLUMNS},
    population=POPULATION,
    identity=("bidder_id",),
    suppressors=(),
    wording_zh=(
        "【风险预警】投标人{members_zh}在{lots}个标段中反复共同投标：紧密度{intensity}，排他度{exclusivity}，"
        "排序值{rank}。专业性强的市场也会如此，请结合其他线索核查。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Bidders {members_en} met in {lots} lots again and again: intensity {intensity}, exclusivity "
        "{exclusivity}, rank {rank}. Specialised markets look like this too: verify together with other leads. "
        + CAUTION_EN
    ),
    assemble=assemble,
    over_all=True,
    innocent_zh=("专业性强、参与者少的市场", "地域性市场", "框架协议下的二次竞价"),
    innocent_en=("a specialised market with few firms", "a local market", "call-offs under a framework"),
    rests_on="pattern",
)
