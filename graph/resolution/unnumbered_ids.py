"""Ids of parties that no number identifies: from their names, as narrow as what is known."""

from __future__ import annotations

import hashlib

import polars as pl

from graph.names import name_key


def _hashes(parts: list[pl.Series], length: int) -> pl.Series:
    """Hex digits of SHA-256 over the parts of each row; an empty part counts as an empty text."""
    rows = pl.select(pl.concat_str([p.fill_null("") for p in parts], separator="\x1f")).to_series()
    seen: dict[str, str] = {}
    out: list[str] = []
    sha256 = hashlib.sha256
    for row in rows.to_list():
        found = seen.get(row)
        if found is None:
            found = seen[row] = sha256(row.encode()).hexdigest()[:length]
        out.append(found)
    return pl.Series("id", out, dtype=pl.String)


def _scoped(prefix: str, dataset: str, company_ids: pl.Series, names: pl.Series) -> pl.Series:
    data_set = pl.Series([dataset]).new_from_index(0, len(names))
    key = name_key(names)
    ids = prefix + _hashes([data_set, company_ids.cast(pl.String), key], 32)
    return pl.select(pl.when(key.is_not_null()).then(ids)).to_series().alias("id")


def scoped_person_ids(dataset: str, company_ids: pl.Series, names: pl.Series) -> pl.Series:
    """`person.scoped:<32 hex>`: a person known by name alone is one within a data set and company, no further.

    Null where there is no name.
    """
    return _scoped("person.scoped:", dataset, company_ids, names)


def scoped_company_ids(dataset: str, company_ids: pl.Series, names: pl.Series) -> pl.Series:
    """`scoped:<32 hex>`: an organisation whose name is no full registered one. Null where there is no name."""
    return _scoped("scoped:", dataset, company_ids, names)


def unverified_company_ids(values: pl.Series, names: pl.Series) -> pl.Series:
    """`unverified:<value>/<8 hex of the name>`: a code with a wrong check digit meets nothing but itself."""
    return ("unverified:" + values.cast(pl.String) + "/" + _hashes([name_key(names)], 8)).alias("id")


def company_name_ids(names: pl.Series) -> pl.Series:
    """`name:<key of the name>`: an organisation known by its full registered name alone. Null without a name."""
    return ("name:" + name_key(names)).alias("id")
