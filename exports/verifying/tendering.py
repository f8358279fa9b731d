"""What a finding says of bids, tenders and subcontracts held against what is enclosed: prices, amounts and days."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from detectors.behaviour.prices import RATES, price_said
from exports.verifying.cited import says_as
from exports.verifying.enclosed import EDGES, FACTS, NODES, ROWS, Enclosed
from exports.verifying.integrity import Fault
from graph.round_days import near

_CLOSE: Final = 1e-9
_TYPES: Final = ("Bid", "Lot", "Tender")
_STATED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "published_on": (("Tender", "published_on"),),
    "bid_deadline": (("Tender", "bid_deadline"),),
    "awarded_on": (("Tender", "awarded_on"),),
    "contract_signed_on": (("Tender", "contract_signed_on"),),
    "estimate": (("Lot", "estimate"),),
    "deposit": (("Tender", "deposit"), ("Bid", "deposit_amount")),
}
"""Facts of findings about lots and tenders that a row states: by their name, of which nodes and fields."""
_SUBCONTRACTS: Final = {"amount": "amount", "sub_amount": "amount", "signed_on": "signed_on"}


def tendering_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of what the findings say of bids, lots and tenders; no operator's own detector."""
    said = _said(enclosed)
    for n, found in enumerate(enclosed.facts["findings"]):
        if found.get("own_detector") or found["scope"]["kind"] not in ("lot", "tender"):
            continue
        at = f"{FACTS} /findings/{n}/facts"
        bids = _bids(enclosed, found["scope"]["id"])
        yield from _day(enclosed, found, at, bids, said)
        yield from _prices(enclosed, found, at, bids, f"{FACTS} /findings/{n}/text")
        yield from _named(found["facts"], at, enclosed, said)
        yield from _subcontracts(enclosed, found["facts"], at)


def _said(enclosed: Enclosed) -> dict[tuple[str, str], list[Any]]:
    """What source rows say of each field of each node."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in enclosed.rows:
        if row["record"] == "node" and row["type"] in _TYPES:
            for name, value in json.loads(row["says"]).items():
                found[row["key"], name].append(value)
    return found


def _apart(at: str, told: object, known: list[Any], where: str) -> Fault:
    right = "、".join(dict.fromkeys(str(v) for v in known)) or "—"
    return Fault(at, f"写为 {told}；{where} 中为 {right}", f"is stated as {told}; {where} has {right}")


def _bids(enclosed: Enclosed, lot: str) -> dict[str, list[dict[str, str]]]:
    """The enclosed bids for a lot, by who submits them."""
    ours = {e["source"] for e in enclosed.edges.values() if e["type"] == "FOR_LOT" and e["target"] == lot}
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for edge in enclosed.edges.values():
        if edge["type"] == "SUBMITS" and edge["target"] in ours and edge["target"] in enclosed.nodes:
            found[enclosed.party(edge["source"])].append(enclosed.nodes[edge["target"]])
    return found


def _day(
    enclosed: Enclosed,
    found: Mapping[str, Any],
    at: str,
    bids: Mapping[str, list[dict[str, str]]],
    said: Mapping[tuple[str, str], list[Any]],
) -> Iterator[Fault]:
    """The opening that a finding is about is that of its lot and of its subjects' bids, and a row states it."""
    day = found["facts"].get("round")
    lot = enclosed.nodes.get(found["scope"]["id"], {})
    yield from _judged(found, at, lot, said)
    if day is None:
        return
    opened = [v for (_, name), values in said.items() if name == "opened_on" for v in values]
    if not any(near(str(v)[:10], str(day)) for v in opened):
        yield _apart(f"{at}/round", day, opened, ROWS)
    if lot.get("bid_on") and lot["bid_on"] != day:
        yield _apart(f"{NODES} {lot['id']} bid_on", lot["bid_on"], [day], f"{FACTS} round")
    for party in found["subjects"]:
        for bid in bids.get(enclosed.party(party), ()):
            if bid.get("opened_on") and bid["opened_on"] != day:
                yield _apart(f"{NODES} {bid['id']} opened_on", bid["opened_on"], [day], f"{FACTS} round")


def _judged(
    found: Mapping[str, Any], at: str, lot: Mapping[str, str], said: Mapping[tuple[str, str], list[Any]]
) -> Iterator[Fault]:
    """A finding about a lot is as of the lot's day, which a row of its tender states."""
    # A tender of which no list names lots is its own lot, and findings about it are as of other days.
    if found["scope"]["kind"] != "lot" or not (day := lot.get("bid_on")):
        return
    told = found["facts"].get("as_of")
    if told and told != day:
        yield _apart(f"{at}/as_of", told, [day], NODES)
    # The last of all bids' submissions may be that of one that is not enclosed.
    if lot.get("bid_on_from") == "submitted_at":
        return
    known = [v for (_, name), values in said.items() if name == lot.get("bid_on_from") for v in values]
    if not any(str(v)[: len(day)] == day or near(str(v)[:10], day) for v in known):
        yield _apart(f"{NODES} {lot['id']} bid_on", day, known, ROWS)


def _prices(
    enclosed: Enclosed,
    found: Mapping[str, Any],
    at: str,
    bids: Mapping[str, list[dict[str, str]]],
    text: str,
) -> Iterator[Fault]:
    """A price that a finding compares is that of the bidder's bid, and the sentence says it so."""
    unit = str(found["facts"].get("unit") or "")
    field = "rate" if unit in RATES else "amount"
    for n, bidder in enumerate(found["facts"].get("bidders") or ()):
        if not isinstance(bidder, Mapping) or bidder.get("price") is None:
            continue
        price = float(bidder["price"])
        known = [float(b[field]) for b in bids.get(enclosed.party(str(bidder["id"])), ()) if b.get(field)]
        if not any(abs(price - value) <= _CLOSE * max(1.0, abs(value)) for value in known):
            yield _apart(f"{at}/bidders/{n}/price", f"{price:.10g}", [f"{v:.10g}" for v in known], NODES)
        _, *said = price_said(price, unit)
        for lang, told in zip(("zh", "en"), said, strict=True):
            whole = f"{bidder.get('name') or bidder['id']} {told}"
            if whole not in found["text"][lang]:
                yield Fault(
                    f"{text}/{lang}",
                    f"没有写“{whole}”，而事实如此",
                    f"does not say “{whole}”, as the facts do",
                )


def _named(
    facts: Mapping[str, Any], at: str, enclosed: Enclosed, said: Mapping[tuple[str, str], list[Any]]
) -> Iterator[Fault]:
    """Days and amounts of the tender and its lot are stated by a row of theirs."""
    for name, places in _STATED.items():
        told = facts.get(name)
        if told is None:
            continue
        known = [
            value
            for (id_, field), values in said.items()
            for value in values
            if _stands(enclosed, id_, field, places)
        ]
        if not any(says_as(value, str(told)) for value in known):
            yield _apart(f"{at}/{name}", told, known, ROWS)


def _stands(enclosed: Enclosed, id_: str, field: str, places: tuple[tuple[str, str], ...]) -> bool:
    """Is it a field of one of these places? A tender that is its own lot is one node with it."""
    type_ = enclosed.nodes.get(id_, {}).get("type")
    types = {"Lot", "Tender"} if _its_own_lot(enclosed, id_) else {type_}
    return any((one, field) in places for one in types)


def _its_own_lot(enclosed: Enclosed, id_: str) -> bool:
    return any(e["type"] == "LOT_OF" and e["source"] == e["target"] == id_ for e in enclosed.edges.values())


def _subcontracts(enclosed: Enclosed, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """Amounts and days of subcontracts are those of an enclosed one, whose rows are held against it."""
    edges = [e for e in enclosed.edges.values() if e["type"] == "SUBCONTRACTS_TO"]
    for part in ("subcontracts", "further"):
        for n, one in enumerate(facts.get(part) or ()):
            for name, column in _SUBCONTRACTS.items():
                told = one.get(name) if isinstance(one, Mapping) else None
                known = [e.get(column) or "" for e in edges]
                if told is not None and not any(says_as(told, value) for value in known):
                    yield _apart(f"{at}/{part}/{n}/{name}", told, [v for v in known if v], EDGES)
