"""What a package says more than once: tables of findings and paths, names, and formulas say what facts.json does."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from exports.csv_tables import FINDING_COLUMNS, PATH_COLUMNS, finding_row, path_rows
from exports.values import plain
from exports.verifying.enclosed import FACTS, NODES, ROWS, Enclosed, read_table
from exports.verifying.integrity import Fault

FINDINGS: Final = "data/graph/findings.csv"
PATHS: Final = "data/graph/paths.csv"


def finding_rows(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of `findings.csv`: what the package proves, or what it names."""
    return [finding_row(f) for f in facts["findings"] or facts["findings_about"]]


def proving_paths(facts: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of `paths.csv`: the paths of the finding, or those behind a company's owners."""
    found = facts["findings"]
    if found:
        return [
            r for f in found for r in path_rows(f["fingerprint"], f["facts"], f["facts"].get("names") or {})
        ]
    return list(path_rows("", facts["claims"]["shares"], names))


def repeated_faults(files: Mapping[str, bytes], enclosed: Enclosed) -> list[Fault]:
    """Where two places of a package differ. Raises `PackageError` where a table can't be read."""
    names = {id_: row.get("name") or "" for id_, row in enclosed.nodes.items()}
    facts = enclosed.facts
    return [
        *_rows(files, FINDINGS, FINDING_COLUMNS, finding_rows(facts)),
        *_rows(files, PATHS, PATH_COLUMNS, proving_paths(facts, names)),
        *_formulas(facts),
        *_names(enclosed, names),
    ]


def _rows(
    files: Mapping[str, bytes], name: str, columns: Iterable[str], expected: Iterable[Mapping[str, Any]]
) -> Iterator[Fault]:
    columns = tuple(columns)
    told = read_table(files, name, columns)
    for n, (row, meant) in enumerate(itertools.zip_longest(told, expected), start=2):
        at = f"{name} row {n}"
        if row is None:
            yield Fault(at, f"缺失（{FACTS} 中有）", f"is missing ({FACTS} has it)")
        elif meant is None:
            yield Fault(at, f"多出（{FACTS} 中没有）", f"was added ({FACTS} does not have it)")
        else:
            for column in columns:
                said, wanted = row.get(column) or "", _text(meant.get(column))
                if said != wanted:
                    yield Fault(
                        f"{at} {column}",
                        f"写作“{said}”；按 {FACTS} 应为“{wanted}”",
                        f"is stated as {said!r}; by {FACTS} it is {wanted!r}",
                    )


def _text(value: Any) -> str:
    shown = plain(value)
    return "" if shown is None else str(shown)


def _formulas(facts: Mapping[str, Any]) -> Iterator[Fault]:
    """A path in a finding's facts has the formula of the claim, which is worked out again from the rows."""
    claimed: dict[tuple[str, ...], set[tuple[Any, Any]]] = defaultdict(set)
    for claim in facts["claims"]["shares"]:
        for path in claim["paths"]:
            claimed[tuple(path["nodes"])].add((path.get("formula"), path.get("votes_formula") or None))
    for found in facts["findings"]:
        for row in path_rows(found["fingerprint"], found["facts"], {}):
            known = claimed.get(tuple(row["nodes"].split(" > ")))
            said = row["formula"], row["votes_formula"] or None
            if known and said not in known:
                right = sorted(known, key=str)[0]
                yield Fault(
                    f"{FACTS} {row['nodes']}",
                    f"算式写为“{said[0]}”，复算为“{right[0]}”",
                    f"the formula says “{said[0]}”; it comes to “{right[0]}”",
                )


def _names(enclosed: Enclosed, names: Mapping[str, str]) -> Iterator[Fault]:
    """Whoever is named in the facts bears that name in the tables, there or under another id, or in a source row."""
    stated = _names_beside(enclosed, names)
    for row in enclosed.rows:
        if row.get("record") == "node":
            says = json.loads(row["says"])
            stated[row["key"]] |= {
                str(v) for k, v in says.items() if k in ("name", "title", "address", "value")
            }
    for id_, name in sorted(set(_named({k: enclosed.facts[k] for k in ("findings", "party")}))):
        if id_ in names and name not in (names[id_], id_, "") and name not in stated[id_]:
            yield Fault(
                f"{FACTS} {id_}",
                f"名称写作“{name}”；{NODES} 中为“{names[id_]}”",
                f"is named {name!r}; {NODES} has {names[id_]!r}, and no row of {ROWS} says otherwise",
            )


def _names_beside(enclosed: Enclosed, names: Mapping[str, str]) -> dict[str, set[str]]:
    """What else a party is called: what its other ids are, and the names that were assigned to any of them."""
    same: dict[str, set[str]] = defaultdict(set)
    assigned: dict[str, set[str]] = defaultdict(set)
    for edge in enclosed.edges.values():
        if edge["type"] == "SAME_AS":
            same[edge["source"]].add(edge["target"])
            same[edge["target"]].add(edge["source"])
        elif edge["type"] == "NAMES":
            assigned[edge["target"]].add(names.get(edge["source"], ""))
    beside: dict[str, set[str]] = defaultdict(set)
    for id_ in same.keys() | assigned.keys():
        for one in _reached(id_, same):
            beside[id_] |= {names.get(one, "")} | assigned[one]
    return beside


def _reached(id_: str, beside: Mapping[str, set[str]]) -> set[str]:
    reached, frontier = {id_}, {id_}
    while frontier:
        frontier = {other for one in frontier for other in beside.get(one, ())} - reached
        reached |= frontier
    return reached


def _named(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        id_, name = value.get("id"), value.get("name")
        if isinstance(id_, str) and isinstance(name, str):
            yield id_, name
        for key, inner in value.items():
            if key == "names" and isinstance(inner, Mapping):
                yield from ((str(i), str(n)) for i, n in inner.items())
            else:
                yield from _named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner)
