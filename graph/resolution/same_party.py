"""One and the same party under two ids: `SAME_AS`, derived after each batch.

* by identifier: one identifier on two nodes, or on one node while it is the id of another;
* by decision: an investigator's `identities` table says which party a name means;
* by unique name: an organisation known by its full registered name alone (`name:…`), where exactly one loaded
  company with an identifier bears that name, now or formerly. Sole traders never: their names are not unique;
* by scope: whoever is known by name alone is one within a data set and company, also where the data set calls that
  company by several ids (a list that gives its code, a tree that gives its name); and where in another list of that
  company and data set exactly one with a number bears that name, it is that one (by unique name, though no full one: it
  is so here). A list is a sheet's rows of one kind: beside him in one list another of his name is another.

People are never joined by name beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.names import name_key
from graph.penetration.components import joined_components
from graph.resolution.unnumbered_ids import scoped_company_ids, scoped_person_ids

_NAME: Final = "name:"
_NO_IDENTIFIER: Final = ("name:", "scoped:", "unverified:", "bods.")
SCOPED: Final = {"Person": "person.scoped:", "Company": "scoped:"}
"""How the ids begin of parties of each type that are known by name alone within a company."""
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
    verdicts = decided.select(name_key(decided["name"]).alias("key"), pl.col("party_id"))
    # Of two decisions about one name always the same one counts.
    verdicts = verdicts.sort("key", "party_id").unique(subset="key", keep="first")
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


def companies_of_several_ids(pairs: pl.DataFrame) -> pl.DataFrame:
    """Which companies are one, by pairs of `PAIR_SCHEMA`: company_id, cluster (the first of its ids)."""
    pairs = pairs.filter(pl.col("type") == "Company")
    if pairs.is_empty():
        return pl.DataFrame(schema={"company_id": pl.String(), "cluster": pl.String()})
    ids = pl.concat([pairs["from_id"], pairs["to_id"]]).unique().sort().rename("company_id")
    place = ids.to_frame().with_row_index("place")
    ends = [
        pairs.join(place, left_on=end, right_on="company_id", maintain_order="left")["place"].to_numpy()
        for end in ("from_id", "to_id")
    ]
    number = joined_components(ends[0], ends[1], len(ids))
    return place.select("company_id", number=pl.Series(number)).select(
        "company_id", cluster=pl.col("company_id").first().over("number")
    )


def by_scope(type_: str, linked: pl.DataFrame, several: pl.DataFrame, by: str) -> pl.DataFrame:
    """Pairs of parties known by name alone to one data set, within one company.

    `type_`: Company or Person. `linked`: id, name, id_masked, company_id, dataset and list of each row that leads from a
    party to a company. `several`: which companies are looked at, and which of them are one (see
    `companies_of_several_ids`). `by`: what joins those ids.
    """
    if not linked["id"].str.starts_with(SCOPED[type_]).any():
        return pl.DataFrame(schema=PAIR_SCHEMA)
    linked = linked.join(several, on="company_id").unique()
    own = scoped_to(type_, linked)
    if own.is_empty():
        return pl.DataFrame(schema=PAIR_SCHEMA)
    star = own.with_columns(centre=pl.col("id").min().over(_LIST))
    star = star.filter(pl.col("id") != pl.col("centre")).select(party_id="id", centre="centre").unique()
    numbered = linked.filter(
        ~pl.any_horizontal([pl.col("id").str.starts_with(p) for p in (*_NO_IDENTIFIER, SCOPED["Person"])]),
        pl.col("name").is_not_null(),
    )
    numbered = numbered.with_columns(name_key(numbered["name"]).alias("key"))
    bearer = numbered.group_by(_LIST).agg(
        bearers=pl.col("id").n_unique(),
        centre=pl.col("id").min(),
        centre_masked=pl.col("id_masked").drop_nulls().min(),
        where=pl.concat_str("company_id", "list", separator=" ").unique(),
    )
    # In one list with him another of his name is another.
    beside = own.group_by(*_LIST, "id").agg(
        masked=pl.col("id_masked").drop_nulls().min(),
        mine=pl.concat_str("company_id", "list", separator=" ").unique(),
    )
    met = beside.join(bearer.filter(pl.col("bearers") == 1), on=_LIST).filter(
        pl.col("where").list.set_intersection("mine").list.len() == 0
    )
    met = met.filter(_one_mask(met["masked"], met["centre_masked"]))
    return pl.concat(
        [
            _pairs(star, type_, by),
            _pairs(met.select(party_id="id", centre="centre").unique(), type_, "unique_name"),
        ]
    )


def _one_mask(one: pl.Series, other: pl.Series) -> pl.Series:
    """Whether two masked numbers may be of one number: what both show is the same; one that shows nothing may be any."""
    shown = pl.DataFrame({"one": one, "other": other}).select(
        pl.col("one", "other").str.extract(r"^(\d*)").name.suffix("_head"),
        pl.col("one", "other").str.extract(r"([\dXx]*)$").str.to_uppercase().name.suffix("_tail"),
    )
    head, tail = ((pl.col(f"one_{end}"), pl.col(f"other_{end}")) for end in ("head", "tail"))
    same = [
        head[0].str.starts_with(head[1]) | head[1].str.starts_with(head[0]),
        tail[0].str.ends_with(tail[1]) | tail[1].str.ends_with(tail[0]),
    ]
    return shown.select(pl.all_horizontal(*same).fill_null(True)).to_series()


_LIST: Final = ["cluster", "dataset", "key"]
"""Whose name stands where: a company under all its ids, a data set, the key of the name."""


def scoped_to(type_: str, linked: pl.DataFrame) -> pl.DataFrame:
    """The rows of parties whose id says that they are known by this name, to this data set, in this company: with key.

    `linked`: as `by_scope` takes them, with or without the columns of `several`.
    """
    # Where two of one name stood in one list, their masked numbers told them apart.
    labels = (pl.col("name"), pl.concat_str("name", "id_masked", separator="/"), pl.col("id_masked"))
    scoped = linked.filter(pl.col("id").str.starts_with(SCOPED[type_]))
    told = pl.concat([scoped.with_columns(label=label) for label in labels]).filter(
        pl.col("label").is_not_null()
    )
    ids = scoped_person_ids if type_ == "Person" else scoped_company_ids
    expected = [
        rows.with_columns(ids(str(dataset), rows["company_id"], rows["label"]).alias("expected"))
        for (dataset,), rows in told.group_by("dataset", maintain_order=True)
    ]
    own = pl.concat(expected or [told.with_columns(expected=pl.lit(None, pl.String))])
    # An id may be scoped to something else that the row leads from: then it says nothing of this company.
    own = own.filter(pl.col("expected") == pl.col("id"))
    return own.with_columns(name_key(own["label"]).alias("key"))


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
