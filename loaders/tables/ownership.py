"""Rows of shareholdings, concerts and declared control into records."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import name_key
from loaders.tables.cells_of_names import NameCells
from loaders.tables.changes import state_changes
from loaders.tables.columns import BOUNDS, TableRows
from loaders.tables.parties import Parties, local_ids, most, read_parties, relate, state_parties
from loaders.tables.refused_ties import keep_where_refused
from loaders.tables.rows import AT
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import clean_header, report_days

PARTNER_ROLES = ("general_partner", "limited_partner")
_NO_CONTROL: Final = ("nominee", "unknown", "management_relation")
_TOTAL: Final = r"^\s*(?:[合小总共累]\s*计|(?i:(?:grand |sub)?total))\s*[:：]?\s*$"
_DIRECT: Final = (
    "share",
    "share_percent",
    "share_min",
    "share_max",
    "votes",
    "votes_percent",
    "subscribed_amount",
    "paid_amount",
)
"""The columns that say something of a direct holding."""


def read_shareholdings(table: TableRows) -> None:
    """One holder of one company a row (股东名单)."""
    company = read_parties(table, "company_id", "company_name", default="company")
    word = table.vocabulary("holder_kind")
    role = pl.select(pl.when(word.is_in(PARTNER_ROLES)).then(word)).to_series()
    kind = pl.select(pl.when(role.is_null()).then(word)).to_series()

    names = table.text("holder_name")
    unnumbered = table.text("holder_id").is_null()
    rest = _remainder(names) & unnumbered
    table.rows.report("note", rest, "remainder", table.header("holder_name"), names)
    total = names.str.contains(_TOTAL).fill_null(False) & unnumbered
    table.rows.report("note", total, "total-row", table.header("holder_name"), names)
    rest = rest | total
    holder = read_parties(
        table,
        "holder_id",
        "holder_name",
        default="holder",
        kind=kind,
        document="holder_id_kind",
        scope=company.ids,
        partner=role.is_not_null(),
        names=pl.select(pl.when(~rest.fill_null(False)).then(names)).to_series(),
        required=False,
    )
    nobody = holder.ids.is_null() & holder.frame["error"].is_null() & ~rest.fill_null(False)
    table.rows.report("reject", nobody, "no-party", table.header("holder_name"), names)

    keep_where_refused(table.rows, "OWNS", company, holder, rest)

    share = _shares(table, company.ids)
    list_kind = _list_kinds(table)
    if table.has("share_before"):
        # Who did not change is not named: beside a list of all holders it counts for nothing.
        list_kind = table.constant("changes")
    elif (
        table.plan.table.by_header.get(clean_header(table.header("holder_name")), ("",))[0] == "company_name"
    ):
        # What a company has invested in, by its own heading: other holders are not named.
        list_kind = list_kind.fill_null("investments")
    observed = _observed(table)
    amount, currency = table.money("subscribed_amount")
    paid, paid_currency = table.money("paid_amount")
    facts = {
        **share,
        **_votes(table),
        "share_class": table.text("share_class"),
        "list_kind": list_kind,
        "subscribed_amount": amount,
        "paid_amount": paid,
        "currency": currency.fill_null(paid_currency),
        "holder_role": role,
        **table.span(),
    }
    default = table.rows.plan.choice.observed_on or table.context.observed_on
    facts["observed_on"] = observed.fill_null(default) if default else observed
    facts |= _derived(table, company, facts, total)

    same = company.ids == holder.ids
    table.rows.report("flag", same, "self-ownership", table.header("holder_name"), names)
    state_parties(table, company)
    state_parties(table, holder)
    held = company.ids
    if table.has("indirect_share"):
        # Who is said to hold in the end, and no more, is not said to be a holder of the company.
        held = pl.select(pl.when(~_only_indirect(table)).then(held)).to_series()
    if table.has("share_before"):
        facts["stated_from"] = facts["stated_from"].fill_null(table.date("changed_on"))
        state_changes(table, company, holder, held, facts)
    else:
        relate(table, "OWNS", holder, "Company", held, facts)
    if table.has("indirect_share"):
        _indirect(table, company, holder, facts)


def _observed(table: TableRows) -> pl.Series:
    """The day a list is of: the last of the period that its report is of (年报, 三季报), else its own date."""
    words, year = table.text("observed_on"), table.text("report_year")
    # A bare year says a period only where the heading does.
    of_report = words.str.normalize("NFKC").str.contains("(?i)报|季|半年|Q|H")
    period = report_days(pl.select(pl.when(of_report).then(words)).to_series())
    dates = table.date("observed_on", period.is_not_null()).fill_null(period)
    of_year = report_days(year)
    unread = year.is_not_null() & of_year.is_null()
    table.rows.report("reject", unread, "not-a-date", table.header("report_year"), year)
    return of_year.fill_null(dates)


def _only_indirect(table: TableRows) -> pl.Series:
    """Rows that state an indirect share, and nothing of a direct one."""
    direct = pl.DataFrame({column: table.text(column).is_not_null() for column in _DIRECT})
    return (
        table.text("indirect_share").is_not_null() & ~direct.select(pl.any_horizontal(pl.all())).to_series()
    )


def _remainder(names: pl.Series) -> pl.Series:
    """Holders that are no party: 无限售条件流通股, 社会公众股 and so on."""
    out = names.str.contains("股|其他|其余|其它").fill_null(False)
    at = out.arg_true()
    plain = name_key(names.gather(at)).str.replace(r"\([^()]*\)$", "")
    return out.scatter(at, VOCABULARIES["remainder"].read(plain).is_not_null())


def _shares(table: TableRows, companies: pl.Series) -> dict[str, pl.Series]:
    """The share and its bounds, from whichever columns state them."""
    fraction, percent = table.share("share"), table.share("share_percent")
    texts = table.text("share_percent")
    if _parts_of_one(percent["share"], texts, companies):
        table.rows.report(
            "flag", percent["share"].is_not_null(), "shares-make-one", table.header("share_percent"), texts
        )
        percent = percent.with_columns(pl.lit(None, t).alias(c) for c, t in percent.schema.items())
    if not table.has("share"):
        fraction = percent
    stated = (
        fraction["share"].is_not_null()
        | fraction["share_min"].is_not_null()
        | fraction["share_max"].is_not_null()
    )
    share = {
        c: pl.select(pl.when(stated).then(fraction[c]).otherwise(percent[c])).to_series() for c in BOUNDS
    }
    if table.has("share_min", "share_max"):
        low, high = table.share("share_min")["share"], table.share("share_max")["share"]
        table.rows.report("reject", low > high, "bounds", table.header("share_min"), table.text("share_min"))
        share["share_min"] = low.fill_null(share["share_min"])
        share["share_max"] = high.fill_null(share["share_max"])
    return share


def _parts_of_one(percents: pl.Series, texts: pl.Series, companies: pl.Series) -> bool:
    """Do bare figures in percent add up to exactly 1 in every register, one of which names several holders?

    Then they are fractions under a heading in percent: of registers that state a hundredth none but these come to just 1.
    """
    if texts.str.contains("[%％]").any():
        return False
    rows = pl.DataFrame({"company": companies, "share": percents}).drop_nulls()
    registers = rows.group_by("company").agg(pl.col("share").sum(), holders=pl.len())
    return bool((registers["holders"] > 1).any() and ((registers["share"] - 0.01).abs() < 1e-9).all())


def _votes(table: TableRows) -> dict[str, pl.Series]:
    fraction, percent = table.share("votes"), table.share("votes_percent")
    return {
        name.replace("share", "votes"): fraction[name].fill_null(percent[name])
        for name in ("share", "share_min", "share_max")
    }


def _list_kinds(table: TableRows) -> pl.Series:
    """Which list a row is of: by its column, else by the mapping, the sheet's name or its layout."""
    stated = table.vocabulary("list_kind")
    plan = table.rows.plan
    texts = [plan.sheet, *table.rows.sheet.titles, plan.file]
    fallback = plan.choice.list_kind
    for text in texts:
        if fallback is None:
            fallback = _list_named(text)
    fallback = fallback or plan.list_kind
    return stated if fallback is None else stated.fill_null(fallback)


def _list_named(text: str) -> str | None:
    if "流通股东" in text and "十大" in text:
        return "top_ten_float"
    if "十大股东" in text:
        return "top_ten"
    if "历史股东" in text or "原工商股东" in text:
        return "former"
    return "registered" if "工商股东" in text else None


def _derived(
    table: TableRows, company: Parties, facts: dict[str, pl.Series], total: pl.Series
) -> dict[str, pl.Series]:
    """Missing ratios as subscribed amount over the total of the list, where every row of the list has one.

    `total`: rows that are such a total themselves.

    Source of the rule: the usual reading of 认缴出资额 where a register shows no ratio; marked `derived_from`.
    """
    open_ = facts["share"].is_null() & facts["share_min"].is_null() & facts["share_max"].is_null()
    if not (open_ & facts["subscribed_amount"].is_not_null()).any():
        return {}
    rows = pl.DataFrame(
        {
            AT: table.at,
            "company": company.ids,
            "list_kind": facts["list_kind"],
            "observed_on": facts["observed_on"],
            "amount": facts["subscribed_amount"],
            "currency": facts["currency"],
            "open": open_,
            "current": facts["stated_to"].is_null(),
            "bad": ~table.rows.good(),
            "duplicate": table.rows.duplicates,
        }
    ).filter(~total)
    wanted = rows.filter(pl.col("open") & pl.col("amount").is_not_null())
    keys = ["company", "list_kind", "observed_on"]
    lists = rows.filter(pl.col("company").is_in(wanted["company"].unique().implode()) & ~pl.col("duplicate"))
    totals = lists.group_by(keys).agg(
        total=pl.col("amount").sum(),
        whole=~(pl.col("amount").is_null() | pl.col("bad") | ~pl.col("current")).any()
        & (pl.col("currency").n_unique() == 1),
    )
    found = wanted.join(totals, on=keys, how="left", nulls_equal=True).filter(
        pl.col("whole") & (pl.col("total") > 0)
    )
    # Column division multiplies by a reciprocal and misses 0.7 by one in the last place.
    ratios = found["amount"].to_numpy() / found["total"].to_numpy()
    found = found.select(AT).with_columns(pl.Series("ratio", ratios, dtype=pl.Float64))
    ratio = pl.DataFrame({AT: table.at}).join(found, on=AT, how="left", maintain_order="left")["ratio"]
    table.context.count("derived-shares", found.height)
    derived = pl.select(pl.when(ratio.is_not_null()).then(pl.lit("subscribed_amount"))).to_series()
    exact = {name: facts[name].fill_null(ratio) for name in ("share", "share_min", "share_max")}
    return {**exact, "derived_from": derived}


def _indirect(table: TableRows, company: Parties, holder: Parties, facts: dict[str, pl.Series]) -> None:
    """A stated total over a whole route: kept apart, never added to direct shares."""
    share = table.share("indirect_share")
    stated = share["share"].is_not_null() | share["share_min"].is_not_null()
    frame = {c: share[c] for c in BOUNDS}
    frame |= {"list_kind": facts["list_kind"], "observed_on": facts["observed_on"]}
    frame["declared_indirect"] = pl.select(pl.when(stated).then(True)).to_series()
    to_ids = pl.select(pl.when(stated).then(company.ids)).to_series()
    relate(table, "OWNS", holder, "Company", to_ids, frame)


def read_concerts(table: TableRows) -> None:
    """One member of one concert a row (一致行动人)."""
    name = table.text("concert_id")
    table.require("concert_id", name)
    ids = local_ids(name)
    company = read_parties(table, "company_id", "company_name", default="company", required=False)
    kind = table.vocabulary("party_kind")
    party = read_parties(
        table, "party_id", "party_name", default="holder", kind=kind, scope=company.ids.fill_null(ids)
    )
    state_parties(table, company)
    state_parties(table, party)
    table.rows.node("Concert", pl.DataFrame({AT: table.at, "id": ids, "name": name}))
    relate(table, "MEMBER_OF_CONCERT", party, "Concert", ids, {"company_id": company.ids, **table.span()})


def read_control(table: TableRows) -> None:
    """One declared control that is no share a row; or another table's row that names the actual controller."""
    company = read_parties(table, "company_id", "company_name", default="company", required=table.main)
    kind = table.vocabulary("party_kind") if table.main else None
    # Beside another table a number or a day is that table's own, not the controller's.
    span = table.span() if table.main else {}
    stated = table.text("interest")
    suspected = table.boolean("suspected") if table.main else table.empty(pl.Boolean)
    state_parties(table, company)
    if table.has("actual_controller"):
        cells = table.text("actual_controller").str.normalize("NFKC")
        if not table.has("interest") and table.main:
            table.require("actual_controller", cells)
        several = NameCells(cells)
        several.tell(table, "actual_controller")
        lists = several.names
        words = stated.fill_null(table.header("actual_controller"))
        code = VOCABULARIES["interest"].read(words)
        # The heading itself says that he controls; a word beside it only says how.
        code = pl.select(pl.when(code.is_in(_NO_CONTROL)).then(None).otherwise(code)).to_series()
        interest = code.fill_null("stated_controller")
        doubt = suspected
        if table.header("actual_controller").startswith("疑似"):
            doubt = doubt.fill_null(True)
        for place in range(most(lists.list.len())):
            name = lists.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
            ids = "party_id" if table.main and place == 0 else "_none"
            party = read_parties(
                table, ids, None, default="holder", kind=kind, names=name, scope=company.ids, required=False
            )
            _state_control(table, party, company, interest, words, doubt, span)
    if not table.main or not table.has("party_name", "party_id") or table.has("actual_controller"):
        return
    party = read_parties(table, "party_id", "party_name", default="holder", kind=kind, scope=company.ids)
    table.require("interest", stated)
    interest = VOCABULARIES["interest"].read(stated)
    unread = stated.is_not_null() & interest.is_null()
    known = VOCABULARIES["interest"]
    table.rows.report("flag", unread, "unknown-interest", table.header("interest"), stated, known=known)
    # Said in other words it is kept as said, and decides nothing.
    _state_control(table, party, company, interest.fill_null(stated), stated, suspected, span)


def _state_control(
    table: TableRows,
    party: Parties,
    company: Parties,
    interest: pl.Series,
    words: pl.Series,
    suspected: pl.Series,
    span: dict[str, pl.Series],
) -> None:
    state_parties(table, party)
    # Beside another table, each row of one company names the same controller: said once.
    again = pl.DataFrame({"company": company.ids, "party": party.ids}).select(
        ~pl.struct("company", "party").is_first_distinct()
    )
    to_ids = company.ids if table.main else company.ids.set(again.to_series(), None)
    suspected = suspected.fill_null(words.str.starts_with("疑似").replace(False, None))
    facts = {"interest": interest, "details": words, "suspected": suspected, **span}
    relate(table, "EXERCISES_CONTROL", party, "Company", to_ids, facts)
