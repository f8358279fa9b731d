"""Who else than the bidders is asked about beside a lot: those who buy and serve, debarred parties, their people.

Companies of the procedure, and debarred companies that structure links to a bidder while their ban is in force, are
asked in the lot's own group, so that what stands behind one of them and a bidder is found. Persons who decide, serve,
are debarred or are kin of such, parties who act in concert, and who manages or is managed without shares, are looked for among the holders of a bidder, which is
then asked singly; so is whom another bidder of the lot is concerned with, who bears the name of one of the procedure's
(`graph.in_play_people`), and who stands above a company of the procedure and concerns a bidder (`graph.in_play_owners`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from graph.in_play_owners import above_parties
from graph.in_play_people import (
    asked_nodes,
    beside_others,
    nodes_of,
    of_names,
    posts_of,
    read,
    standing_above,
)
from graph.in_play_state import beside_debarred_by_state, in_force
from graph.ownership_above import ask
from graph.penetration import Ownership
from graph.public_kinds import STATE
from graph.round_days import MARK
from graph.stores.contract import GraphStore
from graph.stores.known_nodes import about

_ASKED: Final[dict[str, pl.DataType]] = {
    "company_id": pl.String(),
    "on_date": pl.String(),
    "group_id": pl.String(),
}
_ON_LOT: Final = "(t:Tender)<-[:LOT_OF]-(l:Lot)"
_COMPANIES: Final = tuple(
    f"MATCH (c:Company)-[r:{type_}]->{_ON_LOT} WHERE r.counted "
    "RETURN DISTINCT c.id AS company_id, l.bid_on AS on_date, l.id AS group_id"
    for type_ in ("BUYS", "SERVES_TENDER")
) + tuple(
    # For whom the persons who serve work may control a bidder, or be controlled by it.
    f"MATCH (c:Company)<-[r:{type_}]-(:Person)-[s:SERVES_TENDER]->{_ON_LOT} WHERE r.counted AND s.counted "
    "RETURN DISTINCT c.id AS company_id, l.bid_on AS on_date, l.id AS group_id"
    for type_ in ("LEGAL_REP_OF", "OFFICER_OF")
)
# Who controls a manager of a bidder may bid as well, or control another.
_MANAGERS: Final = (
    "MATCH (c:Company)-[r:EXERCISES_CONTROL]->(m:Company) "
    "WHERE r.counted AND r.interest = 'management_relation' "
    "RETURN DISTINCT c.id AS manager_id, m.id AS managed_id"
)
_DEBARRED: Final = (
    "MATCH (d:{})-[r:DEBARRED_BY]->(:Company) WHERE r.counted "
    "RETURN DISTINCT d.id AS party_id, r.valid_from AS barred_from, r.valid_to AS barred_to"
)
_BARRED: Final[dict[str, pl.DataType]] = {
    "party_id": pl.String(),
    "barred_from": pl.String(),
    "barred_to": pl.String(),
}
_SERVANTS: Final = (
    f"MATCH (p:Person)-[r:SERVES_TENDER]->{_ON_LOT} WHERE r.counted "
    "RETURN DISTINCT l.id AS group_id, p.id AS person_id, p.name AS name",
    *(
        f"MATCH (p:Person)-[r:{type_}]->(:Company)-[:{side}]->{_ON_LOT} WHERE r.counted "
        "RETURN DISTINCT l.id AS group_id, p.id AS person_id, p.name AS name"
        for type_ in ("LEGAL_REP_OF", "OFFICER_OF", "HOLDS_POST")
        for side in ("BUYS", "SERVES_TENDER")
    ),
)
_BIDDERS_PEOPLE: Final = tuple(
    f"MATCH (:Person)-[:RELATED_TO]-(p:Person)-[r:{type_}]->(:Company)-[:SUBMITS]->(:Bid)-[:FOR_LOT]->(l:Lot) "
    "WHERE r.counted "
    "RETURN DISTINCT l.id AS group_id, p.id AS person_id"
    for type_ in ("LEGAL_REP_OF", "OFFICER_OF")
)
_PEOPLE: Final[dict[str, pl.DataType]] = {"group_id": pl.String(), "person_id": pl.String()}
_NAMED: Final[dict[str, pl.DataType]] = _PEOPLE | {"name": pl.String()}
_KIN: Final = (
    "MATCH (p:Person)-[r:RELATED_TO]->(q:Person) WHERE r.counted "
    "RETURN DISTINCT p.id AS person_id, q.id AS relative_id"
)
_RELATIVES: Final[dict[str, pl.DataType]] = {"person_id": pl.String(), "relative_id": pl.String()}
_MEMBERS: Final = tuple(
    f"MATCH (m:{type_})-[r:MEMBER_OF_CONCERT]->(:Concert) WHERE r.counted RETURN DISTINCT m.id AS party_id"
    for type_ in ("Company", "Person")
)
_MANAGED: Final = tuple(
    "MATCH (h)-[r:EXERCISES_CONTROL]->(c:Company) WHERE r.counted AND r.interest = 'management_relation' "
    f"RETURN DISTINCT {end}.id AS party_id"
    for end in ("h", "c")
)


@dataclass(frozen=True)
class Watched:
    """`groups` join the lots' questions; `singles` (group_id null) are asked for the sake of `wanted`.

    `wanted`: from_id, to_id (canonical): of what stands behind a company asked singly, the persons looked for, and the
    companies that act in concert.
    """

    groups: pl.DataFrame
    singles: pl.DataFrame
    wanted: pl.DataFrame


def procedure_in_play(
    store: GraphStore, ownership: Ownership, bidders: pl.DataFrame, lots: Collection[str] | None = None
) -> Watched:
    """What to ask beside the bidders. `bidders`: company_id, on_date, group_id of all lots, or of `lots` alone; of lots whose
    tender was held again of their rounds too (`asked_of_rounds`), at which the same buy and serve.
    """
    rounds = _rounds(bidders)
    groups = [_beside_rounds(_of_lots(store, query, _ASKED, lots), rounds) for query in _COMPANIES]
    parties = pl.concat(groups).unique()
    if "EXERCISES_CONTROL" in store.present():
        mine = bidders if lots is None else bidders.filter(pl.col("group_id").is_in(list(lots)))
        groups.append(_managing(store, ownership, mine))
    named = _beside_rounds(pl.concat([_of_lots(store, query, _NAMED, lots) for query in _SERVANTS]), rounds)
    people = named.drop("name")
    barred = {type_: read(store, _DEBARRED.format(type_), _BARRED) for type_ in ("Company", "Person")}
    serving = people
    if "RELATED_TO" in store.present():
        theirs = pl.concat([_of_lots(store, query, _PEOPLE, lots) for query in _BIDDERS_PEOPLE])
        people = pl.concat([people, _beside_rounds(theirs, rounds)])
    kin = _kin_of(store, ownership, people["person_id"], lots is not None)
    kin = pl.concat([kin, kin.select(person_id="relative_id", relative_id="person_id")]).unique()
    below_state = []
    if not barred["Company"].is_empty():
        groups.append(_beside_debarred(ownership, bidders, barred["Company"]))
        below_state.append(beside_debarred_by_state(ownership, bidders, barred["Company"]))
    whole = pl.concat(groups).unique().sort("group_id", "company_id")
    # Who manages a company manages what that one controls.
    alongside = _MEMBERS if "EXERCISES_CONTROL" not in store.present() else (*_MEMBERS, *_MANAGED)
    members = pl.concat([read(store, query, {"party_id": pl.String()}) for query in alongside])
    everywhere = pl.concat([barred["Person"]["party_id"], members["party_id"]]).unique()
    posts = posts_of(store, ownership, bidders, lots)
    numbered = kin.select(
        "relative_id",
        node=nodes_of(ownership, kin["person_id"]),
        relative=nodes_of(ownership, kin["relative_id"]),
    )
    parts = [
        beside_others(store, ownership, bidders, posts, lots),
        of_names(ownership, bidders, named),
        above_parties(ownership, bidders, parties, posts, numbered),
        *below_state,
    ]
    found = pl.concat([p.select(parts[0].columns) for p in parts]).unique()
    if not (serving.is_empty() and everywhere.is_empty() and kin.is_empty()):
        found = pl.concat(
            [found, _concerned(ownership, bidders, people, everywhere, numbered).select(found.columns)]
        )
    singles = found.select("company_id", "on_date", group_id=pl.lit(None, pl.String)).unique()
    pairs = found.select("holder", "company").unique().sort("company", "holder")
    wanted = _pairs(ownership, pairs["holder"].to_list(), pairs["company"].to_list())
    return Watched(whole, singles.sort("company_id", "on_date"), wanted)


def _rounds(bidders: pl.DataFrame) -> pl.DataFrame:
    """The rounds among the groups: lot, round (its group), day."""
    groups = (
        bidders.select(round="group_id").unique().filter(pl.col("round").str.contains(MARK, literal=True))
    )
    parts = pl.col("round").str.split_exact(MARK, 1)
    return groups.with_columns(lot=parts.struct.field("field_0"), day=parts.struct.field("field_1")).sort(
        "round"
    )


def _beside_rounds(frame: pl.DataFrame, rounds: pl.DataFrame) -> pl.DataFrame:
    """What is of a lot, and the same of each of its rounds on its day."""
    if rounds.is_empty():
        return frame
    again = frame.join(rounds, left_on="group_id", right_on="lot").with_columns(group_id="round")
    if "on_date" in frame.columns:
        again = again.with_columns(on_date="day")
    return pl.concat([frame, again.select(frame.columns)])


def _kin_of(store: GraphStore, ownership: Ownership, people: pl.Series, alone: bool) -> pl.DataFrame:
    """Who is kin of whom; `alone`: of `people` and the persons of this ownership alone, however it was stated."""
    if "RELATED_TO" not in store.present():
        return pl.DataFrame(schema=_RELATIVES)
    if not alone:
        return read(store, _KIN, _RELATIVES)
    numbers = pl.Series((ownership.nodes["type"] == "Person").arg_true(), dtype=pl.Int64)
    known = ownership.aliases.filter(pl.col("node").is_in(numbers.implode()))["id"].cast(pl.String)
    ids = pl.concat([people, known.rename(people.name)]).unique().to_list()
    return pl.concat([ask(store, about(_KIN, at), ids, _RELATIVES) for at in ("p:Person", "q:Person")])


def _of_lots(
    store: GraphStore, query: str, schema: dict[str, pl.DataType], lots: Collection[str] | None
) -> pl.DataFrame:
    """What a query finds of all lots, or of `lots` alone."""
    return read(store, query, schema) if lots is None else ask(store, about(query, "l:Lot"), lots, schema)


def _managing(store: GraphStore, ownership: Ownership, bidders: pl.DataFrame) -> pl.DataFrame:
    """Who manages a bidder without shares, beside its lots: whichever of its ids a bid, or that row, names it by."""
    told = read(store, _MANAGERS, {"manager_id": pl.String(), "managed_id": pl.String()})
    told = told.with_columns(company=nodes_of(ownership, told["managed_id"]))
    managed = asked_nodes(ownership, bidders).join(told.filter(pl.col("company") >= 0), on="company")
    return managed.select("on_date", "group_id", company_id="manager_id").select(*_ASKED).unique()


def _beside_debarred(ownership: Ownership, bidders: pl.DataFrame, barred: pl.DataFrame) -> pl.DataFrame:
    """Debarred companies beside the lots of bidders that structure links to them, while the ban is in force."""
    known = barred.with_columns(node=nodes_of(ownership, barred["party_id"])).filter(pl.col("node") >= 0)
    asked = asked_nodes(ownership, bidders)
    state = pl.Series(
        "holder", ownership.nodes["kind"].is_in(STATE).fill_null(False).arg_true(), dtype=pl.Int64
    )
    edges = ownership.control_edges
    theirs = standing_above(edges, known["node"]).filter(~pl.col("holder").is_in(state.implode()))
    linked = (
        standing_above(edges, asked["company"])
        .join(theirs.rename({"company": "node"}), on="holder")
        .filter(pl.col("node") != pl.col("company"))
        .select("company", "node")
        .unique()
    )
    beside = asked.join(linked, on="company").join(known, on="node")
    return beside.filter(in_force()).select(company_id="party_id", on_date="on_date", group_id="group_id")


def _concerned(
    ownership: Ownership,
    bidders: pl.DataFrame,
    people: pl.DataFrame,
    everywhere: pl.Series,
    numbered: pl.DataFrame,
) -> pl.DataFrame:
    """Bidders above which a person concerned with their lot, or his kin, or any party of `everywhere` may stand, with them.

    `numbered`: kin, node and relative. Gives the columns of `bidders` with company and holder (nodes).
    """
    at = people.with_columns(node=nodes_of(ownership, people["person_id"]))
    asked = asked_nodes(ownership, bidders)
    holders = standing_above(ownership.control_edges, asked["company"])
    holders = holders.filter(pl.col("holder") != pl.col("company"))
    watched = nodes_of(ownership, everywhere)
    parties = asked.join(holders.filter(pl.col("holder").is_in(watched.implode())), on="company")
    persons = pl.Series("holder", (ownership.nodes["type"] == "Person").arg_true(), dtype=pl.Int64)
    above = holders.filter(pl.col("holder").is_in(persons.implode()))
    # Holders of one bidder are people of the lot too, for the kin of holders of another.
    related = above.filter(pl.col("holder").is_in(numbered["node"].implode()))
    kindred = asked.join(related, on="company").select("group_id", node="holder")
    concerned = pl.concat([at.select("group_id", "node"), kindred]).unique()
    relatives = concerned.join(numbered, on="node").select("group_id", node="relative")
    wanted = pl.concat([at.select("group_id", "node"), relatives]).unique().filter(pl.col("node") >= 0)
    lots = asked.join(above, on="company").join(
        wanted, left_on=["group_id", "holder"], right_on=["group_id", "node"]
    )
    return pl.concat([lots, parties.select(lots.columns)])


def _pairs(ownership: Ownership, holders: list[int], companies: list[int]) -> pl.DataFrame:
    ends = {"from_id": holders, "to_id": companies}
    named = {
        name: ownership.ids(np.array(nodes, dtype=np.int64)).cast(pl.String) for name, nodes in ends.items()
    }
    return pl.DataFrame(named)
