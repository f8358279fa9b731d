"""Which company or person each place of a tree is."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from graph.names import is_full_legal_name, name_key
from graph.resolution.investors import INVESTORS, SOLE_OWNER
from loaders.context import ReadContext
from loaders.holder_tree.nodes import TreeNode
from loaders.identity import (
    clean_ids,
    company_name_ids,
    looks_like_person_name,
    looks_like_person_number,
    masked_within,
    read_company_ids,
    read_person_ids,
    scoped_company_ids,
    scoped_person_ids,
    unverified_company_ids,
)
from loaders.record_rows import RecordRows
from loaders.tables.cells_of_names import with_their_numbers
from loaders.tables.people import DECIDING
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import normalise_empty

_REPRESENTATIVES: Final = ("legal_representative", "branch_head", "operator", "sole_owner")
PARTNERS: Final = ("general_partner", "limited_partner")


def state_parties(nodes: list[TreeNode], rows: RecordRows, context: ReadContext) -> int:
    """Name the nodes of one level (those above it are named) and state them; returns how many were refused.

    A remainder (社会公众股…) is no party and stays unnamed.
    """
    frame = _frame(nodes, context)
    refused = 0
    for node, row in zip(nodes, frame.iter_rows(named=True), strict=True):
        if row["remainder"]:
            _note_remainder(node, row["name"], context)
            continue
        if row["id"] is None:
            refused += 1
            context.problem(
                "reject",
                "tree-no-party",
                node.file,
                node.path or "/",
                column="name",
                zh="既无名称也无标识号，无法确定是谁。请补充后重新加载。",
                en="There is neither a name nor an id: it can't be told who this is. Supply one and load again.",
            )
            continue
        node.party = ("Person" if row["person"] else "Company", row["id"])
        fields: dict[str, Any] = {"name": row["name"], "flag": row["flag"]}
        if row["person"]:
            fields |= {k: row[k] for k in ("id_kind", "id_masked", "birth_date")}
            context.count("tree_people")
        else:
            fields["kind"] = row["company_kind"]
        rows.node(*node.party, [node.source], **fields)
        if row["further"] is not None:
            end, (scheme, _, value) = node.party, row["further"].partition(":")
            rows.node("Identifier", row["further"], [node.source], scheme=scheme, value=value)
            rows.rel("IDENTIFIES", ("Identifier", row["further"]), end, [node.source])
        if row["flag"] is not None:
            _flag(node, row["flag"], context)
    _state_representatives(nodes, rows, context)
    return refused


def _state_representatives(nodes: list[TreeNode], rows: RecordRows, context: ReadContext) -> None:
    """Whom the register names beside a company's holders (法定代表人, 经营者…), known within the company by name alone."""
    for role in _REPRESENTATIVES:
        named = [n for n in nodes if n.party is not None and n.party[0] == "Company" and n.text(role)]
        names = normalise_empty(pl.Series([n.text(role) for n in named], dtype=pl.String)).str.strip_chars()
        names = masked_within(names)
        scope = pl.Series([n.party[1] for n in named if n.party], dtype=pl.String)
        frame = pl.DataFrame(
            {
                "name": names,
                "full": is_full_legal_name(names),
                "company": company_name_ids(names),
                "person": scoped_person_ids(context.dataset, scope, names),
            }
        )
        for node, row in zip(named, frame.iter_rows(named=True), strict=True):
            if row["name"] is None or node.party is None:
                continue
            party = ("Company", row["company"]) if row["full"] else ("Person", row["person"])
            rows.node(*party, [node.source], name=row["name"])
            seen: dict[str, Any] = {"observed_on": context.observed_on, "role": role}
            rows.rel("LEGAL_REP_OF", party, node.party, [node.source], **seen)
            if role in DECIDING:
                seen = {
                    "observed_on": context.observed_on,
                    "interest": role,
                    "details": DECIDING[role],
                }
                rows.rel("EXERCISES_CONTROL", party, node.party, [node.source], **seen)
            if role == SOLE_OWNER:
                seen = {"observed_on": context.observed_on, "list_kind": INVESTORS}
                rows.rel("OWNS", party, node.party, [node.source], **seen)


def _frame(nodes: list[TreeNode], context: ReadContext) -> pl.DataFrame:
    names = normalise_empty(pl.Series([n.text("name") for n in nodes], dtype=pl.String)).str.strip_chars()
    names, ids = with_their_numbers(names, pl.Series([n.text("id") for n in nodes], dtype=pl.String))
    names = masked_within(names)
    vendor = clean_ids(pl.Series([n.text("vendor_id") for n in nodes], dtype=pl.String))
    scope = pl.Series([n.parent.party[1] if n.parent and n.parent.party else "" for n in nodes])
    kind = VOCABULARIES["holder_kind"].read(pl.Series([n.text("kind") for n in nodes], dtype=pl.String))
    firm = VOCABULARIES["company_kind"].read(
        pl.Series([n.text("company_kind") for n in nodes], dtype=pl.String)
    )
    full = is_full_legal_name(names)
    inner = pl.Series([bool(n.children) or n.parent is None for n in nodes])
    key = name_key(names)
    rest = key.str.replace(r"\([^()]*\)$", "")
    free = (kind.is_null() | kind.is_in(["unknown", *PARTNERS])) & vendor.is_null()
    said = (kind == "person").fill_null(False) | looks_like_person_number(ids)
    person = ~inner & ~full & (said | (free & looks_like_person_name(names)))
    company = read_company_ids(pl.select(pl.when(~person).then(ids)).to_series())
    document = read_person_ids(pl.select(pl.when(person).then(ids)).to_series(), None, context.person_key)
    dataset = context.dataset
    frame = pl.DataFrame(
        {
            "name": names,
            "person": person,
            "full": full,
            "kind": kind,
            "firm": firm,
            "remainder": VOCABULARIES["remainder"].read(rest).is_not_null() & ids.is_null() & ~inner,
            "document": document["id"],
            "id_kind": document["id_kind"],
            "id_masked": document["id_masked"],
            "birth_date": document["birth_date"],
            "person_flag": document["flag"],
            "company": company["id"],
            "company_flag": company["flag"].fill_null(company["error"]),
            "unverified": unverified_company_ids(company["value"], names),
            "vendor": "eid:" + vendor,
            "named": company_name_ids(names),
            "scoped": scoped_company_ids(dataset, scope, names),
            "scoped_person": scoped_person_ids(dataset, scope, names),
        }
    )
    wrong = pl.col("company_flag") == "uscc-check-digit"
    of_company = pl.coalesce(
        "company",
        pl.when(wrong).then("unverified"),
        "vendor",
        pl.when("full").then("named"),
        "scoped",
    )
    frame = frame.with_columns(
        id=pl.when("person").then(pl.coalesce("document", "scoped_person")).otherwise(of_company),
        flag=pl.when("person").then("person_flag").otherwise("company_flag"),
        company_kind=pl.coalesce(
            "firm", pl.when(~pl.col("kind").is_in(["person", "unknown", *PARTNERS])).then("kind")
        ),
    )
    known = pl.col("company").is_not_null() | pl.col("full")
    return frame.with_columns(
        company_kind=pl.when(pl.col("company_kind").is_null() & ~known)
        .then(pl.lit("unknown"))
        .otherwise("company_kind"),
        further=pl.when(~pl.col("person") & (pl.col("id") != pl.col("vendor"))).then("vendor"),
    )


def _note_remainder(node: TreeNode, name: str, context: ReadContext) -> None:
    context.problem(
        "note",
        "remainder",
        node.file,
        node.path,
        column="name",
        value=name,
        zh="这不是股东，而是其余股份；计为未披露部分。",
        en="This is no shareholder but the rest of the shares; it counts as undisclosed.",
    )


def _flag(node: TreeNode, flag: str, context: ReadContext) -> None:
    context.problem(
        "flag",
        flag,
        node.file,
        node.path or "/",
        column="id",
        zh="标识号被遮盖、校验不符或精度已丢失；保留标记，不用于合并。请核对。",
        en="The id is masked, fails its check or has lost digits; it is flagged and never used to join. Check it.",
    )
