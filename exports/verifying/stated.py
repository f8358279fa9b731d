"""What a package says of its nodes and relationships held against what its source rows say of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from exports.verifying.cited import says_as
from exports.verifying.enclosed import EDGES, NODES, ROWS, Enclosed
from exports.verifying.integrity import Fault
from graph.model import NODE_TYPES, REL_TYPES
from graph.stores.statements import resolved

_OF_ROUNDS: Final = frozenset({"Bid", "Lot", "Tender"})
"""Of these the rows of one opening may say otherwise than another's: what is told is what one of them says."""
_ONE_ID: Final = {"Lot": ("Tender",), "Tender": ("Lot",)}
_CALLED_BY: Final = ("name", "title", "address")
"""Fields a node may be called by."""
_NOT_TOLD: Final = frozenset({"account_key", "address_key"})
"""Keyed hashes, in no table of a package."""
_STAR: Final = "*"
_SPAN_OF_SEVERAL: Final = frozenset({"OWNS", "MEMBER_OF"})
"""Types of relationships of which other rows of the same end bear on when one holds."""
_DAY: Final = len("YYYY-MM-DD")


def stated_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Names and fields of nodes are what the rows say, settled between several as the graph settles them.

    Of bids, lots and tenders they are what one of the rows says: which of them counts follows from the opening. So they are
    where people are masked: nodes and rows have the same masks, and lack the same fields, but masks have another order.
    """
    whole = enclosed.facts.get("people") != "masked"
    statements = _statements(enclosed)
    accounts = _accounts(enclosed) if whole else {}
    # A tender of which no list names lots is its own lot, and one node with it.
    own_lots = {
        e["source"] for e in enclosed.edges.values() if e["type"] == "LOT_OF" and e["source"] == e["target"]
    }
    for id_, node in enclosed.nodes.items():
        if (type_ := node["type"]) not in NODE_TYPES:
            continue
        said = statements.get(id_) or accounts.get(id_, [])
        if type_ == "Contact" and not said and not whole:
            # An account that a finding is about: of payments no account is told here.
            continue
        settled = resolved(type_, id_, said) if whole and type_ not in _OF_ROUNDS else None
        for name, told in _told(node, _ONE_ID.get(type_, ()) if id_ in own_lots else ()):
            yield from _held(f"{NODES} {id_} {name}", told, _known(said, name), (settled or {}).get(name))
        yield from _called(id_, node, said, settled, whole)


def row_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """What is told of a relationship is told by its rows too: nothing is added that no row states."""
    said: dict[str, set[str]] = defaultdict(set)
    for row in enclosed.rows:
        if row["record"] == "relationship":
            said[row["key"]] |= dict(json.loads(row["says"])).keys()
    for key, edge in enclosed.edges.items():
        type_ = REL_TYPES.get(edge["type"])
        if type_ is None or type_.derived or not enclosed.sources.get(key):
            continue
        for name in ("stated_from", "stated_to", *(field.name for field in type_.stated_fields)):
            if (told := edge.get(name)) and name not in said[key]:
                yield Fault(
                    f"{EDGES} {key} {name}",
                    f"写为 {told}；{ROWS} 中没有",
                    f"is stated as {told}; {ROWS} has none",
                )
        if edge["type"] not in _SPAN_OF_SEVERAL:
            yield from _within_stated(key, edge)


def _within_stated(key: str, edge: Mapping[str, str]) -> Iterator[Fault]:
    """A relationship holds on no day outside those its row states; other rows may end it sooner."""
    begins, ends = edge.get("stated_from") or "", edge.get("stated_to") or ""
    if len(begins) == _DAY and not edge["valid_from"] >= begins:
        yield _apart(f"{EDGES} {key} valid_from", edge["valid_from"] or "—", [begins])
    if len(ends) == _DAY and not "" < edge["valid_to"] <= ends:
        yield _apart(f"{EDGES} {key} valid_to", edge["valid_to"] or "—", [ends])


def _statements(enclosed: Enclosed) -> dict[str, list[dict[str, Any]]]:
    """What the rows say of each node, each statement once: `o`, the date of its extract, and `v`, the fields."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in enclosed.rows:
        if row["record"] == "node":
            says = dict(json.loads(row["says"]))
            found[row["key"]].setdefault(
                row["says"], {"s": [], "o": says.pop("observed_on", None), "v": says}
            )
    return {id_: [*said.values()] for id_, said in found.items()}


def _accounts(enclosed: Enclosed) -> dict[str, list[dict[str, Any]]]:
    """Of accounts that a finding is about, which no row states as such: what the payments into them say."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for edge in enclosed.edges.values():
        if edge["type"] == "PAID_INTO":
            account = enclosed.nodes.get(edge["source"], {}).get("account")
            said = {"kind": "account", **({"value": account} if account else {})}
            found[edge["target"]].append({"s": [], "o": None, "v": said})
    return found


def _told(node: Mapping[str, str], beside: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The fields a source may state of a node, and of one of the types `beside`, as the table tells them, without its name."""
    for field in (f for type_ in (node["type"], *beside) for f in NODE_TYPES[type_].stated_fields):
        if field.name != "name" and field.name not in _NOT_TOLD:
            yield field.name, node.get(field.name) or ""


def _known(said: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [one["v"][name] for one in said if one["v"].get(name) is not None]


def _held(at: str, told: str, known: Sequence[Any], settled: Any) -> Iterator[Fault]:
    """`known`: what the rows say; `settled`: the one of it that counts, None where any may."""
    # A number of a resident inside a text is masked in what is told and in every row: of several no longer the least.
    right = known if settled is None or _STAR in told else [settled]
    if told and not any(says_as(value, told) for value in right):
        yield _apart(at, told, right)
    elif not told and settled not in (None, ""):
        yield _apart(at, "—", right)


def _called(
    id_: str,
    node: Mapping[str, str],
    said: Sequence[Mapping[str, Any]],
    settled: Mapping[str, Any] | None,
    whole: bool,
) -> Iterator[Fault]:
    """A node is called what the rows call it; one of a kind that has no name is not called anything."""
    at, type_, told = f"{NODES} {id_} name", node["type"], node["name"]
    if type_ == "Lot":
        # Lots are told apart by their tender's title and their number, beside the title of their own.
        titles = [str(title) for title in _known(said, "title")]
        if told and titles and not any(title in told for title in titles):
            yield _apart(at, told, titles)
        return
    if type_ == "Property" and not whole:
        # Where it is is told in neither place.
        if told.strip(_STAR):
            yield _apart(at, told, [])
        return
    fields = {field.name for field in NODE_TYPES[type_].stated_fields}
    name = next((name for name in _CALLED_BY if name in fields), "")
    if type_ in ("Contact", "Identifier"):
        # What is not drawn is called by its value, which is held as a field.
        yield from _held(at, told, _known(said, "value"), None)
        return
    yield from _held(at, told, _known(said, name), (settled or {}).get(name))


def _apart(at: str, told: str, known: Sequence[Any]) -> Fault:
    right = "、".join(dict.fromkeys(str(v) for v in known)) or "—"
    return Fault(at, f"写为 {told}；{ROWS} 中为 {right}", f"is stated as {told}; {ROWS} has {right}")
