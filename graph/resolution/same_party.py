"""One and the same party under two ids: `SAME_AS`, derived after each batch.

* by identifier: one identifier on two nodes, or on one node while it is the id of another;
* by decision: an investigator's `identities` table says which party a name means;
* by unique name: an organisation known by its full registered name alone (`name:…`), where exactly one loaded
  company with an identifier bears that name, now or formerly. Sole traders never: their names are not unique.

People are never joined by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.names import name_key

_NAME: Final = "name:"
_NO_IDENTIFIER: Final = ("name:", "scoped:", "unverified:", "bods.")
PAIR_SCHEMA: Final = {
    "type": pl.String(),
    "from_id": pl.String(),
    "to_id": pl.String(),
    "by": pl.String(),
    "decided_by": pl.String(),
}


@dataclass(frozen=True, slots=True)
class NameMatches:
    """How organisations known by name alone met the loaded companies.

    `one`: full registered names that met exactly one. `several`, `none`: those that met more, or none; `partial`: names
    that are no full registered ones, and so join nobody. One row a name: `id`, `name`, and as `candidates` the companies
    that bear it.
    """

    one: int
    several: pl.DataFrame
    none: pl.DataFrame
    partial: pl.DataFrame

    def to_json(self) -> dict[str, int]:
        """How many names of each kind."""
        return {
            "one": self.one,
            "several": self.several.height,
            "none": self.none.height,
            "partial": self.partial.height,
        }


NO_NAMES: Final = pl.DataFrame(
    schema={"id": pl.String(), "name": pl.String(), "candidates": pl.List(pl.String())}
)


def by_identifier(identifies: pl.DataFrame, party_ids: dict[str, pl.Series]) -> pl.DataFrame:
    """Pairs joined by an identifier.

    `identifies`: type (of the party), identifier, party_id. `party_ids`: the ids of each party type.
    """
    found = [pl.DataFrame(schema=PAIR_SCHEMA)]
    for (type_,), rows in identifies.group_by("type", maintain_order=True):
        named = rows.select("identifier", "party_id").unique()
        ids = party_ids[str(type_)]
        # An identifier that is itself the id of a node names that node too.
        own = named.filter(pl.col("identifier").is_in(ids.implode()))
        own = own.select("identifier", party_id=pl.col("identifier"))
        groups = pl.concat([named, own]).unique().sort("identifier", "party_id")
        star = groups.with_columns(centre=pl.col("party_id").first().over("identifier"))
        found.append(_pairs(star.filter(pl.col("party_id") != pl.col("centre")), str(type_), "identifier"))
    return pl.concat(found).unique(subset=["type", "from_id", "to_id"], maintain_order=True)


def _pairs(star: pl.DataFrame, type_: str, by: str) -> pl.DataFrame:
    return star.select(
        type=pl.lit(type_),
        from_id=pl.col("party_id"),
        to_id=pl.col("centre"),
        by=pl.lit(by),
        decided_by=pl.lit(None, pl.String),
    )


def by_name(
    companies: pl.DataFrame, other_names: pl.DataFrame, decided: pl.DataFrame
) -> tuple[pl.DataFrame, NameMatches]:
    """Pairs joined by name or decision, and how the rest fared.

    `companies`: id, name, kind. `other_names`: company_id, name (former names). `decided`: name, party_id, by
    the `identities` table.
    """
    named_only = companies.filter(pl.col("id").str.starts_with(_NAME)).select(
        "id", "name", key=pl.col("id").str.strip_prefix(_NAME)
    )
    scoped = companies.filter(pl.col("id").str.starts_with("scoped:") & pl.col("name").is_not_null())
    scoped = scoped.select("id", "name").with_columns(name_key(scoped["name"]).alias("key"))
    verdicts = decided.select(name_key(decided["name"]).alias("key"), pl.col("party_id")).unique(subset="key")
    by_decision = (
        pl.concat([named_only, scoped]).join(verdicts, on="key").filter(pl.col("id") != pl.col("party_id"))
    )
    pairs = _pairs(by_decision.select(party_id="id", centre="party_id"), "Company", "decision")

    open_ = named_only.filter(~pl.col("id").is_in(by_decision["id"].implode()))
    # Many parties may bear one name that says little: they are asked about once.
    partial = (
        scoped.filter(~pl.col("key").is_in(pl.concat([verdicts["key"], named_only["key"]]).implode()))
        .group_by("key")
        .agg(pl.col("id", "name").min())
    )
    bearers = _bearers(companies, other_names, pl.concat([open_["key"], partial["key"]]))
    candidates = bearers.group_by("key").agg(candidates=pl.col("id").sort())
    counts = open_.join(candidates, on="key", how="left").with_columns(
        n=pl.col("candidates").list.len().fill_null(0)
    )
    unique = counts.filter(pl.col("n") == 1)
    pairs = pl.concat(
        [
            pairs,
            _pairs(
                unique.select(party_id="id", centre=pl.col("candidates").list.first()),
                "Company",
                "unique_name",
            ),
        ]
    )
    several = counts.filter(pl.col("n") > 1).select("id", "name", "candidates").sort("id")
    none = counts.filter(pl.col("n") == 0).select("id", "name", "candidates").sort("id")
    partial = partial.join(candidates, on="key", how="left").select("id", "name", "candidates").sort("id")
    return pairs, NameMatches(unique.height, several, none, partial)


def _bearers(companies: pl.DataFrame, other_names: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """Companies with an identifier that bear one of the names: key, id."""
    if keys.is_empty():
        return pl.DataFrame(schema={"key": pl.String(), "id": pl.String()})
    identified = companies.filter(
        ~pl.any_horizontal([pl.col("id").str.starts_with(p) for p in _NO_IDENTIFIER])
        & (pl.col("kind").fill_null("") != "sole_trader")
        & pl.col("name").is_not_null()
    )
    former = other_names.join(identified.select("id"), left_on="company_id", right_on="id")
    bearers = pl.concat(
        [identified.select("id", "name"), former.select(pl.col("company_id").alias("id"), "name")]
    )
    bearers = bearers.with_columns(name_key(bearers["name"]).alias("key"))
    return bearers.filter(pl.col("key").is_in(keys.implode())).select("key", "id").unique()
