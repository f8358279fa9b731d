"""Rows of real estate and vehicles into records."""

from __future__ import annotations

import hashlib

import polars as pl

from graph.addresses import address_key
from loaders.identity import clean_ids
from loaders.tables.columns import TableRows
from loaders.tables.parties import local_ids, most, read_parties, relate, state_parties
from loaders.tables.rows import AT
from loaders.tables.uses import read_uses
from loaders.tables.vocabulary import VOCABULARIES


def read_properties(table: TableRows) -> None:
    """One owner of one property a row; several owners in one cell stand apart by 、 or ,.

    A property is its unit number (不动产单元号), else its certificate, else its address. An end of ownership is the
    date of cancellation (注销时间). 预告登记 and 网签 are statuses of their own.
    """
    unit = clean_ids(table.text("id"))
    certificate = table.text("certificate_no").str.normalize("NFKC").str.replace_all(r"\s+", "")
    address = table.text("address")
    key = address.map_elements(address_key, return_dtype=pl.String).replace("", None)
    by_address = key.map_elements(
        lambda text: "address:" + hashlib.sha256(text.encode()).hexdigest()[:32], return_dtype=pl.String
    )
    schemed = table.text("id").str.contains(r"^\s*[a-z][a-z0-9._-]*:\S").fill_null(False)
    ids = pl.select(
        pl.when(schemed)
        .then(local_ids(table.text("id")))
        .otherwise(pl.coalesce("cn-bdcdy:" + unit, "cn-bdcqz:" + certificate, by_address))
    ).to_series()
    # An invented or vendor id is no unit number: 28 characters (GB/T 37346).
    plain = ids.str.starts_with("cn-bdcdy:") & (unit.str.len_chars() != 28)
    ids = pl.select(pl.when(plain).then(local_ids(table.text("id"))).otherwise(ids)).to_series()
    table.require("id", ids)
    facts = {
        "kind": read_uses(table, "kind"),
        "certificate_no": certificate,
        "area_m2": table.number("area_m2"),
        "address": address,
        "address_key": key,
        "region": table.text("region"),
    }
    table.rows.node("Property", pl.DataFrame({AT: table.at, "id": ids, **facts}))
    shares, forms = zip(*(_share_or_form(table, c) for c in ("share", "share_percent")), strict=True)
    held = {
        "share": shares[0].fill_null(shares[1]),
        "holding_form": table.vocabulary("holding_form").fill_null(forms[0]).fill_null(forms[1]),
        "acquired_by": table.vocabulary("acquired_by"),
        # Of this owner's right: what one has sold another holds.
        "status": table.vocabulary("status"),
        **table.span("acquired_on", "disposed_on"),
    }
    _state_owners(table, ids, held)


def _share_or_form(table: TableRows, column: str) -> tuple[pl.Series, pl.Series]:
    """A share, and where the cell says in words how it is held (共同共有) that form."""
    words = table.text(column)
    said = pl.select(pl.when(words.str.contains(r"\p{Han}")).then(words)).to_series()
    form = VOCABULARIES["holding_form"].read(said)
    return table.share(column, form.is_not_null())["share"], form


def _state_owners(table: TableRows, ids: pl.Series, held: dict[str, pl.Series]) -> None:
    names, raw = table.text("owner_name"), table.text("owner_id")
    name_parts = names.str.normalize("NFKC").str.replace_all("[、,;\n]", "\x1f").str.split("\x1f")
    raw_parts = raw.str.normalize("NFKC").str.replace_all("[、,;\n]", "\x1f").str.split("\x1f")
    # Numbers are given to names only where there are as many of the one as of the other.
    name_count, raw_count = name_parts.list.len().fill_null(0), raw_parts.list.len().fill_null(0)
    split = ((name_count == raw_count) | (raw_count == 0) | (name_count == 0)) & (
        (name_count > 1) | (raw_count > 1)
    )
    width = max(most(pl.select(pl.max_horizontal(name_count, raw_count)).to_series().filter(split)), 1)
    for place in range(width):
        name = name_parts.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
        number = raw_parts.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
        whole = pl.Series([place == 0]).new_from_index(0, table.height)
        owner = read_parties(
            table,
            "owner_id",
            "owner_name",
            default="person",
            document="owner_id_kind",
            scope=ids,
            names=pl.select(pl.when(split).then(name).otherwise(pl.when(whole).then(names))).to_series(),
            raw=pl.select(pl.when(split).then(number).otherwise(pl.when(whole).then(raw))).to_series(),
            required=place == 0,
        )
        state_parties(table, owner)
        relate(table, "HOLDS_PROPERTY", owner, "Property", ids, held)


def read_vehicles(table: TableRows) -> None:
    """One vehicle of one owner a row."""
    raw = table.text("id")
    table.require("id", raw)
    ids = local_ids(clean_ids(raw))
    owner = read_parties(table, "owner_id", "owner_name", default="person", scope=ids)
    value, currency = table.money("value")
    facts = {"kind": table.text("kind"), "value": value, "currency": currency}
    state_parties(table, owner)
    table.rows.node("Vehicle", pl.DataFrame({AT: table.at, "id": ids, **facts}))
    relate(table, "HOLDS_VEHICLE", owner, "Vehicle", ids, table.span())
