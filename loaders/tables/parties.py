"""Who a row speaks of: ids of companies and people out of numbers, names and what the row says of their kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from graph.names import is_full_legal_name, name_key
from loaders.identity import (
    company_name_ids,
    looks_like_person_name,
    looks_like_person_number,
    masked_within,
    read_company_ids,
    read_person_ids,
    scoped_company_ids,
    scoped_person_ids,
    unverified_company_ids,
    valid_resident_number,
)
from loaders.identity.forms import is_masked
from loaders.tables.cells_of_names import NameCells, with_their_numbers
from loaders.tables.columns import TableRows
from loaders.tables.rows import AT
from loaders.tables.vocabulary import VOCABULARIES

Default = Literal["company", "person", "either", "holder"]

# Words no personal name of five characters or more ends in.
_BODY: Final = (
    r"^.{3,}(?:公司|厂|店|部|社|行|院|局|处|委员会|政府|办事处|中心|学校|集团|协会|基金会|工会|小组)$"
)
# What registers publish in place of a number, which they withhold of people alone.
_WITHHELD: Final = r"公示|公开|保密"
STATE_BODIES: Final = r"国有资产监督管理|国资委|财政局|财政厅|财政部"


@dataclass(frozen=True)
class Parties:
    """One party a row: `frame` has columns id, person, name, kind, flag, id_kind, id_masked, birth_date, error."""

    frame: pl.DataFrame

    @property
    def ids(self) -> pl.Series:
        """Their ids; null where the row names nobody."""
        return self.frame["id"]

    @property
    def people(self) -> pl.Series:
        """Which are natural persons."""
        return self.frame["person"]

    def only(self, person: bool) -> pl.Series:
        """The ids of people (or of organisations) alone, null for the rest."""
        keep = pl.col("person") if person else ~pl.col("person")
        return self.frame.select(pl.when(keep).then("id")).to_series()


LONGEST_NAME: Final = 1000
"""Characters of a name: no party has a longer one, and a whole text in its place fills every picture and report with it."""


def read_parties(
    table: TableRows,
    id_column: str,
    name_column: str | None,
    *,
    default: Default,
    kind: pl.Series | None = None,
    document: str | None = None,
    scope: pl.Series | None = None,
    names: pl.Series | None = None,
    raw: pl.Series | None = None,
    partner: pl.Series | None = None,
    required: bool = True,
) -> Parties:
    """The party each row names by an id column, a name column, or both.

    `kind`: codes of what the source says it is (a company kind, `person`, or null). `default` says what a party of
    unsaid kind is: `either` tells by the form of its number, then by its name; a name that is no full registered one
    is then an organisation of kind `unknown`. `holder` is `either`, but where there is no number, a name of a person's
    form that no company of the table bears is a person's: exports of partners say their role in place of what they
    are. Four characters may be a firm's short name: there the row has to call the holder a partner (`partner`) or to
    withhold his number; and a cell that names several is refused. With `person`, whoever has no company's number or
    name is a person. `scope` narrows ids made of names alone. `names` and `raw` override the name and id columns. A
    number that stands in brackets behind a name is its number. Rows without number and name are refused where
    `required` (in the main table of the sheet).
    """
    if raw is None:
        raw = table.text(id_column)
    if names is None:
        names = table.text(name_column) if name_column else table.empty()
    names, raw = with_their_numbers(names, raw)
    if default == "holder":
        # What each of several has can't be told, and as one name they would be one party.
        cells = NameCells(names, raw)
        several = cells.several
        if name_column:
            cells.tell(table, name_column, refused=several)
        table.rows.report("reject", several, "several-parties", table.header(name_column or id_column), names)
    if name_column:
        long = names.str.len_chars() > LONGEST_NAME
        header = table.header(name_column)
        table.rows.report("reject", long, "name-too-long", header, names.str.slice(0, 40) + "…")
    names = masked_within(names)
    documents = table.text(document) if document else table.empty()
    frame = pl.DataFrame(
        {
            "at": table.at,
            "raw": raw,
            "name": names,
            "kind": kind if kind is not None else table.empty(),
            "document": documents,
            "numeric": numeric
            if (numeric := table.numeric(id_column)) is not None
            else table.empty(pl.Boolean),
            "scope": scope if scope is not None else table.empty(),
            "partner": partner if partner is not None else table.empty(pl.Boolean),
        }
    )
    firms = table.text("company_name") if default == "holder" else table.empty()
    frame = frame.with_columns(person=_is_person(frame, default, firms))
    parts = [
        _companies(table, frame.filter(~pl.col("person"))),
        _people(table, frame.filter(pl.col("person"))),
    ]
    read = pl.concat([p for p in parts if p.height] or parts[:1]).sort("at")

    # A number in brackets stands in the column of names.
    header = table.header(name_column if name_column and not table.has(id_column) else id_column)
    rows = table.rows
    rows.report("reject", read["error"] == "numeric-id", "numeric-id", header, raw, personal=True)
    rows.report("flag", read["flag"] == "uscc-check-digit", "uscc-check-digit", header, raw)
    rows.report("flag", read["flag"] == "person-number", "person-number", header, raw, personal=True)
    failed = read["flag"].str.starts_with("resident-id")
    rows.report("flag", failed, "person-id", header, raw, personal=True)
    rows.count_once("masked-numbers", header, read["flag"] == "masked")
    if required and table.main:
        nobody = read["id"].is_null() & read["error"].is_null()
        rows.report("reject", nobody, "no-party", table.header(name_column or id_column), names)
    return Parties(read.drop("at"))


def state_parties(table: TableRows, parties: Parties) -> None:
    """Add every party as a node, with what its row says of it."""
    frame = parties.frame.with_columns(table.at)
    if not frame["person"].all():
        companies = frame.filter(~pl.col("person")).select(AT, "id", "name", "kind", "flag")
        table.rows.node("Company", companies)
    if frame["person"].any():
        people = frame.filter("person").select(AT, "id", "name", "id_kind", "id_masked", "birth_date", "flag")
        table.rows.node("Person", people)


def relate(
    table: TableRows,
    type_name: str,
    parties: Parties,
    to_type: str,
    to_ids: pl.Series,
    fields: dict[str, pl.Series] | None = None,
) -> None:
    """Relationships from parties, organisations and people apart, to one other end a row."""
    frame = pl.DataFrame({AT: table.at, "from_id": parties.ids, "to_id": to_ids, **(fields or {})})
    people = parties.people
    if not people.all():
        table.rows.rel(type_name, "Company", to_type, frame.filter(~people))
    if people.any():
        table.rows.rel(type_name, "Person", to_type, frame.filter(people))


def _is_person(frame: pl.DataFrame, default: Default, firms: pl.Series) -> pl.Series:
    kind = frame["kind"]
    person = (kind == "person").fill_null(False)
    undecided = ~person & (kind.is_null() | (kind == "unknown"))
    at = undecided.arg_true()
    if not len(at):
        return person
    return person.scatter(at, _guess_person(frame[at], default, firms))


def _guess_person(frame: pl.DataFrame, default: Default, firms: pl.Series) -> pl.Series:
    raw = frame["raw"]
    schemed_person = raw.str.contains(r"^\s*person[.:]").fill_null(False)
    if default == "company":
        return schemed_person
    company_paper = VOCABULARIES["company_document"].read(frame["document"]).is_not_null()
    person_paper = frame["document"].is_not_null() & ~company_paper
    person_paper = person_paper & ~frame["document"].str.contains("其他|非公示|other").fill_null(False)
    full_name = _full_name(frame["name"])
    number = looks_like_person_number(raw) | _masked_resident(raw)
    if default == "person":
        valid = read_company_ids(raw)["scheme"].is_in(["cn-uscc", "cn-orgcode", "lei"]).fill_null(False)
        other_scheme = raw.str.contains(r"^\s*[A-Za-z][A-Za-z0-9._-]*:").fill_null(False)
        body = frame["name"].str.contains(_BODY).fill_null(False)
        # A resident's number says more than a name that happens to end like a firm's.
        numbered = number & ~full_name & ~company_paper & ~valid
        # Where people are listed, what is right as a resident's number and as a credit code is a resident's.
        numbered = numbered | (valid_resident_number(raw) & ~full_name & ~company_paper & ~body)
        return (
            schemed_person
            | person_paper
            | numbered
            | ~(full_name | body | company_paper | valid | other_scheme)
        )
    person = schemed_person | ((number | person_paper) & ~full_name & ~company_paper)
    if default == "holder":
        by_form = looks_like_person_name(frame["name"]) & ~company_paper
        if by_form.any():
            key = name_key(frame["name"])
            firm = key.is_in(name_key(firms.unique()).drop_nulls().implode())
            said = frame["partner"].fill_null(False) | raw.str.contains(_WITHHELD).fill_null(False)
            coded = read_company_ids(raw, frame["numeric"])
            numbered = coded["id"].is_not_null() | coded["value"].is_not_null()
            person = person | (by_form & ~firm & ~numbered & (said | (key.str.len_chars() != 4)))
    return person


def _full_name(names: pl.Series) -> pl.Series:
    """Full registered names, also with spaces typed into them."""
    return is_full_legal_name(names) | is_full_legal_name(name_key(names))


def _masked_resident(raw: pl.Series) -> pl.Series:
    """Masked numbers of the length and digits a resident id has."""
    form = raw.str.contains(r"^\s*\d{3,14}[*●•○×Xx]{3,}\d{0,6}[\dXx]?\s*$").fill_null(False)
    return form & is_masked(raw.fill_null("")) & raw.str.strip_chars().str.len_chars().is_in([15, 18])


def _companies(table: TableRows, frame: pl.DataFrame) -> pl.DataFrame:
    read = _read_runs(frame["raw"], frame["numeric"])
    wrong = read["flag"] == "uscc-check-digit"
    dataset = table.context.dataset
    nameless = read["id"].is_null()
    ids = read["id"]
    kind = frame["kind"].replace("person", None)
    if nameless.any():
        full = _full_name(frame["name"])
        by_name = pl.DataFrame(
            {
                "id": ids,
                "wrong": wrong,
                "full": full,
                "unverified": unverified_company_ids(read["value"], frame["name"]),
                "named": company_name_ids(frame["name"]),
                "scoped": scoped_company_ids(dataset, frame["scope"], frame["name"]),
                "kind": kind,
            }
        ).with_columns(
            id=pl.coalesce(
                "id",
                pl.when("wrong").then("unverified"),
                pl.when("full").then("named"),
                "scoped",
            ),
            kind=pl.when(pl.col("id").is_null() & ~pl.col("full"))
            .then(pl.col("kind").fill_null("unknown"))
            .otherwise("kind"),
        )
        ids, kind = by_name["id"], by_name["kind"]
        usable = read["error"].is_null()
        ids = pl.select(pl.when(usable).then(ids)).to_series()
    # A state body by its registry's category (11: an organ of the state), never by its name alone.
    organ = (
        (ids.str.starts_with("cn-uscc:11") & (kind.is_null() | (kind == "unknown")))
        .fill_null(False)
        .arg_true()
    )
    body = organ.filter(frame["name"].gather(organ).str.contains(STATE_BODIES).fill_null(False))
    state = kind.scatter(body, "state_holder") if len(body) else kind
    # The code's second character says what was registered: 2 is a sole trader (GB 32100-2015, 4.1).
    trader = ids.str.starts_with("cn-uscc:92") & (kind.is_null() | (kind == "unknown"))
    trader_at = trader.fill_null(False).arg_true()
    state = state.scatter(trader_at, "sole_trader") if len(trader_at) else state
    return frame.select("at", "person", "name").with_columns(
        id=ids,
        kind=state,
        flag=read["flag"],
        id_kind=pl.lit(None, pl.String),
        id_masked=pl.lit(None, pl.String),
        birth_date=pl.lit(None, pl.String),
        error=read["error"],
    )


def _read_runs(raw: pl.Series, numeric: pl.Series) -> pl.DataFrame:
    """`read_company_ids`, each run of equal cells read once: a list of holders repeats its company's id."""
    if raw.len() < 2:
        return read_company_ids(raw, numeric)
    runs = pl.DataFrame({"raw": raw, "numeric": numeric})
    run = runs.select(pl.struct("raw", "numeric").rle_id()).to_series() if numeric.any() else raw.rle_id()
    starts = (run != run.shift(1)).fill_null(True).arg_true()
    return read_company_ids(raw.gather(starts), numeric.gather(starts))[run]


def _people(table: TableRows, frame: pl.DataFrame) -> pl.DataFrame:
    paper = VOCABULARIES["company_document"].read(frame["document"])
    documents = pl.select(pl.when(paper.is_null()).then(frame["document"])).to_series()
    read = read_person_ids(frame["raw"], documents, table.context.person_key, frame["numeric"])
    people = frame.select("at", "person", "name", "scope").hstack(read)
    if people["id"].null_count():
        people = people.with_columns(
            key=name_key(people["name"]),
            told=pl.when(pl.col("id").is_null()).then("id_masked"),
        )
        # Two masked numbers under one name are two people, so the mask has to tell them apart.
        masks = pl.col("told").drop_nulls().n_unique().over("scope", "key") > 1
        people = people.with_columns(
            label=pl.when(masks)
            .then(pl.concat_str("name", "told", separator="/", ignore_nulls=True))
            .otherwise(pl.coalesce("name", "told"))
        )
        scoped = scoped_person_ids(table.context.dataset, people["scope"], people["label"])
        usable = people["error"].is_null()
        people = people.with_columns(
            id=pl.coalesce("id", pl.select(pl.when(usable).then(scoped)).to_series()),
        )
    return people.select(
        "at",
        "person",
        "name",
        "id",
        kind=pl.lit(None, pl.String),
        flag="flag",
        id_kind="id_kind",
        id_masked="id_masked",
        birth_date="birth_date",
        error="error",
    )


def local_ids(values: pl.Series) -> pl.Series:
    """Ids that are no party's (a tender, a household): `scheme:value` as given, else `local:<value>`."""
    text = values.str.normalize("NFKC").str.strip_chars(" \t'`").replace("", None)
    schemed = text.str.contains(r"^[a-z][a-z0-9._-]*:\S")
    return pl.select(pl.when(schemed).then(text).otherwise("local:" + text)).to_series()


def most(counts: pl.Series) -> int:
    """The largest of some counts; 0 where there is none."""
    return int(counts.fill_null(0).to_numpy().max()) if len(counts) else 0
