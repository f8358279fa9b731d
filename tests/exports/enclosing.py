"""A package's facts and tables made straight from ownership tables, without a store: what its check is given."""

from __future__ import annotations

import json
from typing import Any

from exports.csv_tables import EDGE_COLUMNS, NODE_COLUMNS, table
from exports.evidence.citing import COLUMNS as ROW_COLUMNS
from exports.evidence.proving import proof_of_company
from exports.verifying.enclosed import Enclosed
from exports.verifying.integrity import Fault
from exports.verifying.recomputing import recomputed
from graph.penetration import Ownership, OwnershipTables

_ROWS = {"holdings": "OWNS", "control": "EXERCISES_CONTROL"}


def enclosed(tables: OwnershipTables, company: str, as_of: str) -> Enclosed:
    """The package of a company, as far as its check reads it."""
    ownership = Ownership.build(tables)
    proof, party = proof_of_company(ownership, company, as_of)
    edges: list[dict[str, Any]] = []
    for row in tables.shaped().holdings.iter_rows(named=True):
        edges.append(_edge(row, "OWNS", "holder_id", "company_id"))
    for row in tables.shaped().control.iter_rows(named=True):
        edges.append(_edge(row, "EXERCISES_CONTROL", "holder_id", "company_id"))
    for n, row in enumerate(tables.shaped().concerts.iter_rows(named=True)):
        edges.append(_edge({**row, "key": f"concert{n}"}, "MEMBER_OF_CONCERT", "party_id", "concert_id"))
    for row in tables.shaped().same_as.iter_rows(named=True):
        edges.append(
            {
                "id": f"{row['from_id']}={row['to_id']}",
                "type": "SAME_AS",
                "source": row["from_id"],
                "target": row["to_id"],
            }
        )
    ends = sorted({e[end] for e in edges for end in ("source", "target")} | {company})
    facts = {
        "claims": {"shares": proof.shares, "control": proof.control},
        "findings": [],
        "party": party,
        "ownership": proof.ownership_json(),
    }
    columns = sorted({name for e in edges for name in e} | set(EDGE_COLUMNS))
    return Enclosed.read(
        {
            "data/facts.json": json.dumps(facts).encode(),
            "data/graph/nodes.csv": table(NODE_COLUMNS, [{"id": i, "type": "Company"} for i in ends]),
            "data/graph/edges.csv": table(columns, edges),
            "data/source-rows.csv": table(ROW_COLUMNS, []),
        }
    )


def _edge(row: dict[str, Any], type_: str, source: str, target: str) -> dict[str, Any]:
    kept = {k: v for k, v in row.items() if k not in ("key", source, target, "sources", "components")}
    return {"id": row["key"], "type": type_, "source": row[source], "target": row[target], **kept}


def faults(tables: OwnershipTables, company: str, as_of: str) -> list[Fault]:
    """What the check finds wrong in the company's package."""
    return recomputed(enclosed(tables, company, as_of))[0]
