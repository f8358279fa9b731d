"""What a picture gathers from the graph, never more than it has room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from detectors.finding import Finding
from graph.current_ownership import current_ownership
from graph.lot_names import lot_names
from graph.model import REL_TYPES, rel_columns
from graph.ownership_above import same_party
from graph.penetration import Ownership
from graph.penetration.rows import HEAD_OFFICE, HEAD_OFFICE_BY_NAME, REGISTERED_HEAD, SOLE_INTERESTS
from graph.round_of_lot import RoundOfLot, in_all_rounds
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize.abridge import alike, first_day
from visualize.reading_ahead import Ahead, link_fields, nodes_of

MOST_NODES: Final = 300
_SHARES: Final = ("share", "share_max", "share_min")
"""What tells how large a holding is, the best first."""
_BOOKKEEPING: Final = frozenset({"stated", "counted"})
_TIES: Final = ("EXERCISES_CONTROL", "LEGAL_REP_OF", "OFFICER_OF", "RELATED_TO")


def joins(edge: SubEdge, proving: Collection[str]) -> bool:
    """Does a relationship make two ids of a proof one party? Its row is derived, and no proof names it."""
    return edge.type == "SAME_AS" and edge.source in proving and edge.target in proving


def _once(edges: Iterable[SubEdge], keys: Collection[str]) -> Iterator[tuple[SubEdge, bool]]:
    """Relationships that say the same as one, with the rows and the data sets of all; and whether any of them is among `keys`."""
    groups: dict[tuple[str, ...], list[SubEdge]] = {}
    for edge in edges:
        groups.setdefault(alike(edge), []).append(edge)
    for first, *more in groups.values():
        same = (first, *more)
        facts = dict(first.facts)
        if more:
            facts["sources"] = list(dict.fromkeys(s for e in same for s in e.facts.get("sources") or ()))
            facts["dataset"] = "、".join(
                sorted({str(e.facts["dataset"]) for e in same if e.facts.get("dataset")})
            )
            # The latest extract that shows it.
            facts["observed_on"] = max(
                (str(e.facts["observed_on"]) for e in same if e.facts.get("observed_on")), default=None
            )
        stated = {k: v for k, v in facts.items() if v not in (None, "")} if more else facts
        yield replace(first, facts=stated), any(e.id in keys for e in same)


class Canvas:
    """Nodes and edges gathered so far, by id, never more than `MOST_NODES`."""

    def __init__(self, store: GraphStore, as_of: str | None, ownership: Ownership | None = None):
        self.store = store
        self.as_of = as_of
        self.ownership = ownership
        self._ahead = Ahead()
        self._joined: bool | None = None
        self._looked_above: set[str] = set()
        self._owned: set[str] = set()
        """The companies of which an owner is known, whether he is drawn or not."""
        self._one_party: set[tuple[str, str]] = set()
        """Ids of one company, drawn or not."""
        self._counted: dict[str, tuple[dict[str, int], bool]] = {}
        """See `_counted_rows`."""
        self.nodes: dict[str, SubNode] = {}
        self.edges: dict[str, SubEdge] = {}
        self.truncated = False
        self.effective: dict[str, float] = {}
        """Effective share in the company the picture is about, by holder."""
        self.ranges: dict[str, dict[str, Any]] = {}
        """Of a holder whose effective share is not known exactly, what is known of it: facts of its node."""
        self.subjects: set[str] = set()
        self.refused: set[str] = set()
        """Members of closed blocks, whose share nobody computes."""
        self.proving: set[str] = set()
        """Nodes and edges that prove a finding beside its evidence; see `visualize.proof`."""
        self._kept_for: frozenset[str] = frozenset()
        self.round: RoundOfLot | None = None
        """The round that the picture is of, where its lot has several: other rounds' bids and prices are none of it."""

    def add_nodes(self, type_: str, ids: Iterable[str]) -> list[str]:
        """Fetch nodes that are not there yet; gives the ids that were new."""
        wanted = sorted(set(ids) - set(self.nodes))
        if self.round is not None:
            wanted = [i for i in wanted if i not in self.round.elsewhere]
        room = self._room()
        if len(free := [i for i in wanted if i not in self._kept_for]) > room:
            self.truncated = True
            left_out = set(free[max(room, 0) :])
            wanted = [i for i in wanted if i not in left_out]
        if not wanted:
            return []
        rows, unread = self._ahead.nodes(type_, wanted)
        apart = in_all_rounds(self.store, wanted) if type_ == "Bid" and self.round is None else {}
        for row in sorted([*rows, *nodes_of(self.store, type_, unread)], key=lambda r: str(r["id"])):
            row = {**row, **apart.get(row["id"], {})}
            facts = {k: v for k, v in row.items() if k not in ("id", "name", "kind") and v is not None}
            facts["sources"] = (row.get("sources") or "").split("\n")
            name = row.get("name") or row.get("title") or row.get("address") or ""
            node = SubNode(row["id"], type_, name, row.get("kind") or "", facts)
            self.nodes[row["id"]] = self.round.node(node) if self.round else node
        return wanted

    def drop(self, ids: Collection[str]) -> None:
        """Take nodes away again, with the relationships that end at them."""
        for id_ in ids:
            del self.nodes[id_]
        self.edges = {
            k: e for k, e in self.edges.items() if e.source in self.nodes and e.target in self.nodes
        }

    def keep_room(self, ids: Iterable[str]) -> None:
        """Let nothing else take the places of these nodes, that are added later; of the first `MOST_NODES`."""
        self._kept_for = frozenset([*dict.fromkeys(ids)][:MOST_NODES])

    def _room(self) -> int:
        """How many more nodes may be added of those no room is kept for."""
        return MOST_NODES - len(self.nodes.keys() | self._kept_for)

    def follow(self, name: str, pair: tuple[str, str], ids: Sequence[str], upward: bool) -> list[str]:
        """Add the relationships of one type at these nodes, and the nodes at their other end; gives the new ones."""
        return self.follow_all(name, (pair,), ids, upward)[pair]

    def follow_all(
        self, name: str, pairs: Sequence[tuple[str, str]], ids: Sequence[str], upward: bool
    ) -> dict[tuple[str, str], list[str]]:
        """`follow` between several pairs of node types at once: where there is no room for all, the largest are drawn."""
        other = "from_id" if upward else "to_id"
        found = {pair: self.links(name, pair, ids, upward) for pair in pairs}
        if name == "OWNS" and upward:
            self._owned.update(row["to_id"] for rows in found.values() for row in rows)
        elif name == "SAME_AS":
            self._one_party.update((r["from_id"], r["to_id"]) for rows in found.values() for r in rows)
        kept = self._largest([row for rows in found.values() for row in rows], other)
        new = {}
        for (start, end), rows in found.items():
            ends = [r[other] for r in rows if r[other] in kept]
            new[start, end] = self.add_nodes(start if upward else end, ends)
            for row in rows:
                if row["from_id"] in self.nodes and row["to_id"] in self.nodes:
                    self._add_edge(name, row)
        return new

    def _largest(self, rows: Iterable[dict[str, Any]], other: str) -> set[str]:
        """What is drawn of the nodes at the other end: all, or those with the largest shares where there is no room.

        One whose share is not known comes after those of which one is; where links bear no shares, ids decide.
        """
        shares: dict[str, float] = {}
        for row in rows:
            known = next((float(row[f]) for f in _SHARES if row.get(f) is not None), 0.0)
            shares[row[other]] = max(shares.get(row[other], 0.0), known)
        there = shares.keys() & self.nodes.keys()
        there |= shares.keys() & self._kept_for
        new = sorted(shares.keys() - there, key=lambda id_: (-shares[id_], id_))
        room = max(self._room(), 0)
        self.truncated = self.truncated or len(new) > room
        return there | set(new[:room])

    def links(
        self, name: str, pair: tuple[str, str], ids: Sequence[str], upward: bool
    ) -> list[dict[str, Any]]:
        """The rows of one type at these nodes that hold, in an order of their own: engines give them as they come."""
        if not ids:
            return []
        start, end = pair
        rows, unread = self._ahead.holders(pair, ids) if name == "OWNS" and upward else ([], list(ids))
        if unread:
            at, step = (
                (f"b:{end}", hop(f"(a:{start})-[r:{name}]->(b)", "a.id"))
                if upward
                else (f"a:{start}", hop(f"(a)-[r:{name}]->(b:{end})", "b.id"))
            )
            rows += self.store.query(
                f"{EACH}MATCH ({at} {{id: i}}) {step}RETURN {link_fields(name)}",
                {"ids": sorted(unread)},
            ).to_pylist()
        if name == "OWNS" and upward:
            rows = self._counting(rows)
        return sorted(
            (r for r in rows if self._holds(r) and self._of_round(name, r)),
            key=lambda r: (r["from_id"], r["to_id"], str(r.get("key"))),
        )

    def _add_edge(self, name: str, row: dict[str, Any]) -> SubEdge:
        id_ = str(row.get("key") or f"{name}:{row['from_id']}>{row['to_id']}")
        facts = {
            k: v
            for k, v in row.items()
            if v is not None and k not in ("from_id", "to_id", "key") and k not in _BOOKKEEPING
        }
        if "sources" in facts:
            facts["sources"] = facts["sources"].split("\n")
        edge = SubEdge(id_, name, row["from_id"], row["to_id"], facts)
        if self.round is not None and (of_round := self.round.edge(edge)) is not None:
            edge = of_round
        self.edges[id_] = edge
        return edge

    def _of_round(self, name: str, row: dict[str, Any]) -> bool:
        if self.round is None or name not in ("SUBMITS", "FOR_LOT"):
            return True
        facts = {"sources": (row.get("sources") or "").split("\n")}
        return self.round.edge(SubEdge("", name, row["from_id"], row["to_id"], facts)) is not None

    def _holds(self, row: dict[str, Any]) -> bool:
        if row.get("counted") is False:
            return False
        if self.as_of is None:
            return True
        start, end = row.get("valid_from"), row.get("valid_to")
        # Of a month: what holds on any day of it.
        begun = not start or start[: len(self.as_of)] <= self.as_of
        return begun and (not end or first_day(self.as_of)[: len(end)] < end)

    def _counting(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of lists under several ids of one company one counts, and what both state is drawn once, at its better id."""
        joined = {end for e in self.edges.values() if e.type == "SAME_AS" for end in (e.source, e.target)}
        kept = [r for r in rows if r["to_id"] not in joined]
        if len(kept) == len(rows):
            return rows
        once: dict[int, dict[str, Any]] = {}
        for row in sorted(rows, key=lambda r: str(r["key"])):
            if row["to_id"] not in joined:
                continue
            known, better = self._counted_rows(row["to_id"])
            at = known.get(row["key"])
            if at is not None and (better or at not in once):
                once[at] = row
        return [*kept, *once.values()]

    def _counted_rows(self, company: str) -> tuple[dict[str, int], bool]:
        """The place of each holding of a company that counts, by its keys; whether answers name it by this id."""
        if company not in self._counted:
            if self.ownership is None:
                self.ownership = current_ownership(self.store)
            ownership = self.ownership
            node = ownership.known_node(company)
            keys: dict[str, int] = {}
            if node is not None:
                edges = ownership.holding_edges
                rows = edges.row[edges.pointer[node] : edges.pointer[node + 1]].tolist()
                keys = {key: row for row in rows for key in ownership.holdings.keys(row)}
            named = node is not None and ownership.nodes["id"][node] == company
            self._counted[company] = keys, named
        return self._counted[company]

    def stated(
        self,
        name: str,
        pair: tuple[str, str],
        among: Collection[str],
        keys: Collection[str],
        outward: bool = False,
        upward: bool = False,
    ) -> None:
        """Add those relationships of one type whose row has one of the keys, between nodes that are there and `among` these.

        `outward`: with what else they lead to; `upward`: from.
        """
        at, far = pair[::-1] if upward else pair
        there = [n for i in among if (n := self.nodes.get(i)) is not None]
        ids = [n.id for n in there if n.type == at]
        if not ids or not keys or not (outward or any(n.type == far for n in there)):
            return
        returned = ", ".join(f"r.{f.name} AS {f.name}" for f in rel_columns(REL_TYPES[name]))
        step = f"(o:{far})-[r:{name}]->(n)" if upward else f"(n)-[r:{name}]->(o:{far})"
        ends = "o.id AS from_id, n.id AS to_id" if upward else "n.id AS from_id, o.id AS to_id"
        rows = self.store.query(
            f"{EACH}MATCH (n:{at} {{id: i}}) {hop(step, 'r.key')}AND r.key IN $keys RETURN {ends}, {returned}",
            {"ids": sorted(ids), "keys": sorted(keys)},
        ).to_pylist()
        other = "from_id" if upward else "to_id"
        if outward:
            self.proving.update(self.add_nodes(far, [row[other] for row in rows]))
        for row in rows:
            if row[other] in self.nodes:
                self._add_edge(name, row)

    def join(self, name: str, pair: tuple[str, str], ids: Iterable[str], upward: bool) -> list[SubEdge]:
        """Add the relationships of one type from these nodes (`upward`: to them) to others that are there; gives them."""
        at, other = (pair[1], "from_id") if upward else (pair[0], "to_id")
        near = [i for i in ids if i in self.nodes and self.nodes[i].type == at]
        return [
            self._add_edge(name, row)
            for row in self.links(name, pair, near, upward)
            if row[other] in self.nodes
        ]

    def between(self, ids: Sequence[str]) -> None:
        """Add how these parties are tied otherwise than by shares."""
        for name in _TIES:
            for start, end in REL_TYPES[name].pairs:
                near = [i for i in ids if i in self.nodes and self.nodes[i].type == start]
                for row in self.links(name, (start, end), near, upward=False):
                    # A registered head is drawn as what he is; as an owner by law, where he is that, with the owners.
                    if row.get("interest") == REGISTERED_HEAD:
                        continue
                    if row["to_id"] in ids and row["to_id"] in self.nodes:
                        self._add_edge(name, row)

    def owners_above(self, companies: Sequence[str]) -> None:
        """Every holder, level by level, to the top or to the limit."""
        frontier = list(companies)
        if self.ownership is not None:
            self._ahead.read(self.store, self.ownership, frontier, MOST_NODES)
        while frontier:
            above: list[str] = []
            if self._any_joined():
                # A list may name the company by another of its ids, whichever of them was asked about.
                other = list(frontier)
                while other:
                    other = [
                        id_
                        for upward in (True, False)
                        for id_ in self.follow("SAME_AS", ("Company", "Company"), other, upward)
                    ]
                    frontier = [*frontier, *other]
            self._looked_above.update(frontier)
            for pair, new in self.follow_all("OWNS", REL_TYPES["OWNS"].pairs, frontier, upward=True).items():
                above.extend(new if pair[0] == "Company" else [])
            self._sole_owners(frontier)
            frontier = above + self._head_offices(frontier)

    def _sole_owners(self, companies: Sequence[str]) -> None:
        """Add who owns those that are one person's own firm by law: no list of holders leads up from them."""
        held = {edge.target for edge in self.edges.values() if edge.type == "OWNS"}
        firms = [
            c
            for c in companies
            if c not in held
            and (node := self.nodes.get(c)) is not None
            and node.kind in ("", "unknown", "sole_trader")
            and "公司" not in node.name
        ]
        rows = self.links("EXERCISES_CONTROL", ("Person", "Company"), firms, upward=True)
        rows = [
            r
            for r in rows
            if r["interest"] == "operator"
            or (
                r["interest"] in (*SOLE_INTERESTS, REGISTERED_HEAD)
                and self.nodes[r["to_id"]].kind == "sole_trader"
            )
        ]
        # Who is said to own a firm goes before who is shown as its head.
        owned = {r["to_id"] for r in rows if r["interest"] != REGISTERED_HEAD}
        rows = [r for r in rows if r["interest"] != REGISTERED_HEAD or r["to_id"] not in owned]
        self._owned.update(r["to_id"] for r in rows)
        self.add_nodes("Person", [r["from_id"] for r in rows])
        for row in rows:
            if row["from_id"] in self.nodes:
                self._add_edge("EXERCISES_CONTROL", row)

    def _head_offices(self, companies: Sequence[str]) -> list[str]:
        """Add the head offices of those that are branches, and no list says whose they are; gives these."""
        held = {edge.target for edge in self.edges.values() if edge.type == "OWNS"}
        branches = [c for c in companies if c not in held and c in self.nodes]
        rows = self.links("EXERCISES_CONTROL", ("Company", "Company"), branches, upward=True)
        stated = {r["to_id"] for r in rows if r["interest"] == HEAD_OFFICE}
        rows = [
            r
            for r in rows
            if r["interest"] == HEAD_OFFICE
            or (r["interest"] == HEAD_OFFICE_BY_NAME and r["to_id"] not in stated)
        ]
        self._owned.update(r["to_id"] for r in rows)
        heads = list(dict.fromkeys(r["from_id"] for r in rows))
        self.add_nodes("Company", heads)
        for row in rows:
            if row["from_id"] in self.nodes:
                self._add_edge("EXERCISES_CONTROL", row)
        return [h for h in heads if h in self.nodes and h not in self._looked_above]

    def _without_owners(self) -> set[str]:
        """The companies, whose owners were looked for, of which none is known under any of their ids."""
        owned = set(self._owned)
        # What was left out for want of room was not looked above of: who owns it is open.
        owned |= {id_ for pair in self._one_party for id_ in pair if id_ not in self._looked_above}
        joined = self._one_party
        spread = True
        while spread:
            more = {end for pair in joined if owned.intersection(pair) for end in pair} - owned
            owned |= more
            spread = bool(more)
        return {
            id_ for id_ in self._looked_above - owned if self.nodes[id_].kind in ("", "company", "unknown")
        }

    def _any_joined(self) -> bool:
        """Whether any company is known under two ids at all."""
        if self._joined is None:
            found = self.store.query("MATCH (a:Company)-[r:SAME_AS]->(b:Company) RETURN r.by AS by LIMIT 1")
            self._joined = found.num_rows > 0
        return self._joined

    def undrawn(self, findings: Iterable[Finding]) -> int:
        """How many findings that stand rest on what was not gathered, such as a telephone or kin."""
        standing = [f.evidence for f in findings if not f.suppressed_by]
        absent = {n for proof in standing for n in proof.nodes} - self.nodes.keys()
        joined = same_party(self.store, sorted(absent)) if absent else None
        # A party that a proof names by another of its ids too is drawn under one of them.
        pairs = [] if joined is None else [*joined.select("from_id", "to_id").iter_rows()]
        absent -= {one for a, b in pairs for one, other in ((a, b), (b, a)) if other in self.nodes}
        return sum(
            not absent.isdisjoint(proof.nodes) or not self.edges.keys() >= set(proof.keys)
            for proof in standing
        )

    def _lots_told_apart(self) -> dict[str, str]:
        """What lots are called that have one title: it may be their tender's."""
        lots = [n for n in self.nodes.values() if n.type == "Lot" and n.name]
        several = Counter(n.name for n in lots)
        return lot_names(self.store, [n.id for n in lots if several[n.name] > 1])

    def subgraph(self, title: str, subjects: Iterable[str], findings: Sequence[Finding]) -> Subgraph:
        """What was gathered, marked: the subjects asked about, and what proves the findings."""
        standing = [f for f in findings if not f.suppressed_by]
        proving = {n for f in standing for n in f.evidence.nodes}
        keys = {k for f in standing for k in f.evidence.keys}
        if standing:
            proving |= self.proving
            keys |= self.proving
        asked = set(subjects) | self.subjects
        unowned = asked & self._without_owners()
        called = self._lots_told_apart()
        nodes = tuple(
            SubNode(
                n.id,
                n.type,
                called.get(n.id, n.name),
                n.kind,
                {**n.facts, **self.ranges.get(n.id, {})},
                self.effective.get(n.id),
                tuple(
                    mark
                    for mark, on in (
                        ("subject", n.id in asked),
                        ("finding", n.id in proving),
                        ("refused", n.id in self.refused),
                        ("owners_unknown", n.id in unowned),
                    )
                    if on
                ),
            )
            for n in sorted(self.nodes.values(), key=lambda n: (n.type, n.id))
        )
        edges = tuple(
            replace(e, marks=(*e.marks, "finding")) if proven or joins(e, proving) else e
            for e, proven in _once(sorted(self.edges.values(), key=lambda e: e.id), keys)
        )
        return Subgraph(
            nodes,
            edges,
            title=title,
            method="integrated",
            as_of=self.as_of or "",
            fingerprint=self.store.fingerprint(),
            truncated=self.truncated,
        )
