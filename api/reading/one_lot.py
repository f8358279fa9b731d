"""Screening one lot on a large store: the detectors see the lot and what is around it, and find what they find of all.

A detector asks for all lots at once. Asked about one, its queries begin at that lot's bids, bidders and parties: each
is known by the text of its pattern, and what is not known so (an operator's own queries, registers of debarments) is
asked as it stands. What a precision rule counts over all lots (who else uses a device) is looked up from the lot
outwards. A test holds the answer, lot by lot, against that of a run over everything.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import pyarrow as pa

from api.reading.lookups import Lookups, each
from cases import FindingFilter, Ledger
from detectors.definition import Detector
from detectors.detecting import Screened, detect
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.rules import LocalRules
from detectors.stacking import stack
from graph.in_play import is_current, put_in_play
from graph.penetration.identities import canonical_ids
from graph.stores import GraphStore

DOMAIN: Final = "政府工程"
_OVER_ALL: Final = ("co-bidding-group", "bid-rotation", "habitual-loser", "serial-winner")
"""What is about a firm's or a group's bids everywhere: the ledger has what the last run over everything found."""
_OF_MARKETS: Final = ("price-screens",)
"""What holds a lot against all others of its market: worked out once for all lots."""
_BEGINNINGS: Final[tuple[tuple[str, str, str], ...]] = (
    # (what a query begins with, which ids it is asked for, what it begins with then)
    ("MATCH (c:Company)-[:SUBMITS]->(:Bid) WITH DISTINCT c ", "companies", "MATCH (c:Company {id: i}) "),
    ("MATCH (h:Company)-[:SUBMITS]->(:Bid) WITH DISTINCT h ", "companies", "MATCH (h:Company {id: i}) "),
    ("MATCH (c:Company)-[:BUYS]->(:Tender) WITH DISTINCT c ", "buyers", "MATCH (c:Company {id: i}) "),
    (
        "MATCH (c:Company)-[:SERVES_TENDER]->(:Tender) WITH DISTINCT c ",
        "servants",
        "MATCH (c:Company {id: i}) ",
    ),
    (
        "MATCH (h:Contact)-[:USED_IN_BID]->(:Bid) WHERE h.kind = 'account' WITH DISTINCT h ",
        "here",
        "MATCH (b0:Bid {id: i}) MATCH (h:Contact)-[:USED_IN_BID]->(b0) WHERE h.kind = 'account' ",
    ),
    (
        "MATCH (m)-[:MEMBER_OF_CONCERT]->(:Concert) WITH DISTINCT m MATCH (m)-[r:OWNS]->(c:Company)-[:SUBMITS]->(:Bid) ",
        "companies",
        "MATCH (c:Company {id: i}) MATCH (m)-[r:OWNS]->(c) MATCH (m)-[:MEMBER_OF_CONCERT]->(:Concert) ",
    ),
    # What stands above bidders, which a run over everything asks for apart from their bids.
    *(
        (
            f"MATCH (h)-[{name}:{rel}]->(c:Company) RETURN c.id AS bidder_id",
            "companies",
            f"MATCH (c:Company {{id: i}}) MATCH (h)-[{name}:{rel}]->(c) RETURN c.id AS bidder_id",
        )
        for name, rel in (("u", "ULTIMATELY_HOLDS"), ("k", "CONTROLS"))
    ),
    (
        "MATCH (h:Company)-[:ULTIMATELY_HOLDS]->(:Company) ",
        "held",
        "MATCH (c0:Company {id: i}) MATCH (h:Company)-[:ULTIMATELY_HOLDS]->(c0) ",
    ),
)
_COUNTED: Final[tuple[tuple[str, str, str], ...]] = (
    # What precision rules count over everything, by what ties (`holder_id`): counted once, looked up for what is at
    # these ids.
    (
        "MATCH (c:Company)-[:SUBMITS]->(:Bid) WITH DISTINCT c MATCH (c)-[:HAS_CONTACT]->(h:Contact) WITH DISTINCT h ",
        "companies",
        "MATCH (c:Company {id: i}) MATCH (c)-[:HAS_CONTACT]->(h:Contact) RETURN h.id AS h",
    ),
    (
        "MATCH (c:Company)-[:SUBMITS]->(:Bid) WITH DISTINCT c MATCH (h)-[:OFFICER_OF]->(c) WITH DISTINCT h ",
        "companies",
        "MATCH (c:Company {id: i}) MATCH (h)-[:OFFICER_OF]->(c) RETURN h.id AS h",
    ),
    (
        "MATCH (h)-[:ULTIMATELY_HOLDS]->(:Company) WITH DISTINCT h ",
        "held",
        "MATCH (c:Company {id: i}) MATCH (h)-[:ULTIMATELY_HOLDS]->(c) RETURN h.id AS h",
    ),
)
_OF_ALL: Final = tuple(begins for begins, _, _ in _COUNTED)
_LONG: Final = 300.0
_OPTIONAL: Final = "OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender)"
_ABOVE_PARTY: Final = re.compile(
    r"MATCH (?P<above>\(\w+\)-\[\w:\w+\])->(?P<party>\(p:Company\))-\[(?P<rel>:\w+)\]->(?P<tender>\(t:Tender\))"
    r"<-\[:LOT_OF\]-\(l:Lot\)"
)
_DERIVED: Final = re.compile(r":(?:ULTIMATELY_HOLDS|CONTROLS)\]")


@dataclass(frozen=True)
class Around:
    """Ids around one lot, as they stand in the store."""

    lot: str
    here: tuple[str, ...]
    """Its bids."""
    bids: tuple[str, ...]
    """With them: other bids of its bidders, and bids that share a trace or a worker with it."""
    companies: tuple[str, ...]
    """Its bidders, and what else of the same parties bids."""
    bidders: tuple[str, ...]
    lots: tuple[str, ...]
    """Of its bidders' bids."""
    tendered: bool
    """Has every lot concerned a tender? Then nothing about it is optional, and it is found from the lot."""
    tenders: tuple[str, ...]
    buyers: tuple[str, ...]
    servants: tuple[str, ...]


class Standing:
    """What holds for all lots of one state of the data, asked once: counts, denominators, which ids are one party."""

    def __init__(self, store: GraphStore, rules: LocalRules):
        self._rules = rules
        self._market: dict[str, list[Finding]] | None = None
        self.counts: Mapping[str, int] = store.counts()
        self._whole: dict[str, pa.Table] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._lock = threading.Lock()
        self.clusters: dict[str, set[str]] = {}
        pairs: list[dict[str, str]] = []
        for type_ in ("Company", "Person"):
            if not self.counts["SAME_AS"]:
                break
            table = store.query(
                f"MATCH (a:{type_})-[r:SAME_AS]->(b:{type_}) RETURN a.id AS from_id, b.id AS to_id, r.by AS by",
                timeout=300,
            )
            pairs.extend({**row, "type": type_} for row in table.to_pylist())
        for id_, best in canonical_ids(pairs).items():
            self.clusters.setdefault(best, {best}).add(id_)
        self.best = {id_: best for best, ids in self.clusters.items() for id_ in ids}

    def whole(self, store: GraphStore, cypher: str, timeout: float) -> pa.Table:
        """The answer to a question about everything, asked once."""
        with self._lock:
            if cypher not in self._whole:
                self._whole[cypher] = store.query(cypher, timeout=timeout)
            return self._whole[cypher]

    def counted(self, store: GraphStore, cypher: str, holders: set[str], timeout: float) -> pa.Table:
        """Those rows of a question about everything whose `holder_id` is one of these."""
        table = self.whole(store, cypher, timeout)
        with self._lock:
            if cypher not in self._places:
                self._places[cypher] = {id_: n for n, id_ in enumerate(table.column("holder_id").to_pylist())}
            places = self._places[cypher]
        return table.take(pa.array(sorted(places[h] for h in holders if h in places), pa.int64()))

    def nothing_of(self, cypher: str) -> bool:
        """Is a relationship the question needs of a type that nothing is loaded of?"""
        needed = cypher.split(" OPTIONAL MATCH ")[0]
        return any(self.counts.get(t, 1) == 0 for t in re.findall(r"\[\w*:(\w+)\]", needed))

    def prepare(self, store: GraphStore) -> None:
        """Ask now what the first screening would have to wait for: seconds on a large store. Raises `StoreError`."""
        for detector in lot_detectors(()):
            if not all(self.counts[name] for name in detector.needs):
                continue
            for cypher in (*detector.queries.values(), detector.population):
                if cypher.startswith(_OF_ALL) or anchored(cypher) is None or self.nothing_of(cypher):
                    self.whole(store, cypher, _LONG)
        self.of_market(store, "")

    def of_market(self, store: GraphStore, lot: str) -> list[Finding]:
        """What sets a lot apart from the others of its market."""
        with self._lock:
            if self._market is None:
                found = detect(store, [d for d in DETECTORS if d.id in _OF_MARKETS], rules=self._rules)
                self._market = {}
                for one in found.findings:
                    self._market.setdefault(one.scope_id, []).append(one)
            return self._market.get(lot, [])


def around(store: GraphStore, standing: Standing, lot: str) -> Around:
    """What is looked at to screen a lot."""
    near = Lookups(store, standing.counts)

    def asked(cypher: str, ids: set[str] | list[str], *columns: str) -> list[set[str]]:
        if not ids:
            return [set() for _ in columns]
        table = near.query(f"UNWIND $ids AS i {cypher}", {"ids": sorted(ids)})
        return [set(table.column(c).to_pylist()) - {None} for c in columns]

    here, bidding = asked(
        "MATCH (l:Lot {id: i}) MATCH (c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l) RETURN b.id AS b, c.id AS c",
        [lot], "b", "c",
    )  # fmt: skip
    same = {i for c in bidding for i in standing.clusters.get(standing.best.get(c, c), ())} | bidding
    own, companies = asked(
        "MATCH (c:Company {id: i}) MATCH (c)-[:SUBMITS]->(b:Bid) RETURN b.id AS b, c.id AS c", same, "b", "c"
    )
    bids = here | own
    for type_, rel in (("Contact", "USED_IN_BID"), ("Person", "WORKS_ON_BID")):
        if standing.counts[rel]:
            (used,) = asked(
                f"MATCH (b:Bid {{id: i}}) MATCH (h:{type_})-[:{rel}]->(b) RETURN h.id AS h", here, "h"
            )
            (others,) = asked(
                f"MATCH (h:{type_} {{id: i}}) MATCH (h)-[:{rel}]->(b:Bid) RETURN b.id AS b", used, "b"
            )
            bids |= others
    (every,) = asked("MATCH (b:Bid {id: i}) MATCH (b)-[:FOR_LOT]->(l:Lot) RETURN l.id AS l", bids, "l")
    (lots,) = asked("MATCH (b:Bid {id: i}) MATCH (b)-[:FOR_LOT]->(l:Lot) RETURN l.id AS l", here | own, "l")
    lots |= {lot}
    of_tender = "MATCH (l:Lot {id: i}) MATCH (l)-[:LOT_OF]->(t:Tender) RETURN l.id AS l, t.id AS t"
    (tendered,) = asked(of_tender, every | {lot}, "l")
    (tenders,) = asked(of_tender.replace("l.id AS l, ", ""), lots, "t")
    (tender,) = asked(of_tender.replace("l.id AS l, ", ""), [lot], "t")
    parties = []
    for rel in ("BUYS", "SERVES_TENDER"):
        (found,) = asked(
            f"MATCH (t:Tender {{id: i}}) MATCH (c:Company)-[:{rel}]->(t) RETURN c.id AS c",
            tender if standing.counts[rel] else [], "c",
        )  # fmt: skip
        parties.append(tuple(sorted(found)))
    return Around(
        lot=lot,
        here=tuple(sorted(here)),
        bids=tuple(sorted(bids)),
        companies=tuple(sorted(companies)),
        bidders=tuple(sorted(bidding)),
        lots=tuple(sorted(lots)),
        tendered=tendered == every | {lot},
        tenders=tuple(sorted(tenders)),
        buyers=parties[0],
        servants=parties[1],
    )


class LotView:
    """A store as the detectors see it when they are asked about one lot. Reads alone; all else is the store's own."""

    def __init__(self, store: GraphStore, standing: Standing, near: Around):
        self._store, self._standing, self._near = store, standing, near
        self._near_store = Lookups(store, standing.counts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def counts(self) -> dict[str, int]:
        """Of everything: whether there are data is said of the store, not of the lot."""
        return dict(self._standing.counts)

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """The answer as far as it bears on the lot."""
        if params:
            return self._near_store.query(cypher, params, timeout)
        for begins, name, beside in _COUNTED:
            if cypher.startswith(begins):
                at = self._ids(name)
                held = each(self._store, beside, at, {}, timeout).column("h").to_pylist()
                return self._standing.counted(self._store, cypher, set(held), timeout)
        asked = anchored(cypher)
        if asked is None or self._standing.nothing_of(cypher):
            # The answer about everything is the answer: it is small, or there is none.
            return self._standing.whole(self._store, cypher, timeout)
        text, name = asked
        if self._near.tendered:
            text = text.replace(_OPTIONAL, _OPTIONAL.removeprefix("OPTIONAL "))
        return each(self._store, text, self._ids(name), {}, timeout)

    def _ids(self, name: str) -> list[str]:
        near = self._near
        if name == "held":
            ids: list[str] = sorted({*near.companies, *near.buyers, *near.servants})
        else:
            ids = [near.lot] if name == "lot" else list(getattr(near, name))
        # Something must be asked, for the columns; no node has an empty id.
        return ids or [""]


def anchored(cypher: str) -> tuple[str, str] | None:
    """A detector's query about one id `i`, and of which ids it is asked; none where it is to be asked as it stands."""
    if re.search(r"RETURN count\(", cypher) or "[r:SAME_AS]" in cypher or "(b:Batch)" in cypher:
        return None
    for begins, name, instead in _BEGINNINGS:
        if cypher.startswith(begins):
            return instead + cypher.removeprefix(begins), name
    if _DERIVED.search(cypher) and "(l:Lot)" in cypher:
        # Shares and control matter for this lot alone; a link may be used by bids elsewhere.
        # From the lot to its tender, to a party and to what stands above it: in one pattern the engine starts above.
        stepwise = _ABOVE_PARTY.sub(
            r"MATCH (l)-[:LOT_OF]->\g<tender> MATCH \g<party>-[\g<rel>]->(t) MATCH \g<above>->(p)", cypher
        )
        return f"MATCH (l:Lot {{id: i}}) {stepwise.replace('(l:Lot)', '(l)')}", "lot"
    for node, name in (("b:Bid", "bids"), ("l:Lot", "lots"), ("t:Tender", "tenders")):
        if f"({node})" in cypher:
            return f"MATCH ({node} {{id: i}}) {cypher.replace(f'({node})', f'({node[0]})')}", name
    if "(c:Company)-[:SUBMITS]->(:Bid)" in cypher:
        return f"MATCH (c:Company {{id: i}}) {cypher.replace('(c:Company)', '(c)', 1)}", "companies"
    return None


def lot_detectors(own: Sequence[Detector]) -> tuple[Detector, ...]:
    """The detectors that can find something of one lot, an operator's own among them."""
    return tuple(
        d for d in (*DETECTORS, *own) if d.domain == DOMAIN and d.id not in (*_OVER_ALL, *_OF_MARKETS)
    )


def screen_one_lot(
    store: GraphStore,
    standing: Standing,
    ledger: Ledger,
    lot: str,
    rules: LocalRules,
    own: Sequence[Detector],
) -> Screened:
    """What a run over everything finds of this lot; patterns of its bidders elsewhere as last recorded in the ledger."""
    if not is_current(store):
        put_in_play(store)
    wanted = lot_detectors(own)
    with store.steady():
        near = around(store, standing, lot)
        view = cast(GraphStore, LotView(store, standing, near))
        found = detect(view, wanted, rules=rules)
    kept = tuple(f for f in found.findings if f.scope_id == lot)
    gaps = tuple(u for u in found.undecided if u[1].scope_id == lot)
    support = {d.id for d in wanted if d.support}
    own_findings = tuple(f for f in kept if f.detector not in support)
    parties = sorted({standing.best.get(c, c) for c in near.companies})
    seen = {f.fingerprint: f for f in (*kept, *standing.of_market(store, lot), *_patterns(ledger, parties))}
    here = sorted({*near.bidders, *(s for f in own_findings for s in f.subjects)})
    scenes = {d.id: d.scene for d in (*DETECTORS, *own)}
    stacks = tuple(stack(tuple(seen.values()), lot, here, scenes))
    return Screened(replace(found, findings=own_findings, undecided=gaps), stacks)


def _patterns(ledger: Ledger, parties: Sequence[str]) -> list[Finding]:
    """What was recorded of how these parties bid."""
    if not ledger.findings(FindingFilter(detectors=_OVER_ALL, found=True), None, 1):
        return []
    return [
        record.finding
        for party in parties
        for record in ledger.findings(
            FindingFilter(detectors=_OVER_ALL, subject=party, found=True), None, 100
        )
    ]
