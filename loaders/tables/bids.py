"""Rows of bids, their traces and people, and of subcontracts into records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.names import is_full_legal_name, name_key
from graph.round_days import one_round
from loaders.identity import read_company_ids
from loaders.tables.cells_of_names import with_their_numbers
from loaders.tables.columns import TableRows
from loaders.tables.companies import contact_frame
from loaders.tables.consortia import read_members
from loaders.tables.name_marks import WON_BESIDE, bare_firms, bare_persons
from loaders.tables.parties import Parties, most, read_parties, relate, state_parties
from loaders.tables.payments import counted_apart, further, tell_rows
from loaders.tables.plans import bare_word
from loaders.tables.prices import in_place_of_a_price, last_prices, stated_rates
from loaders.tables.refused_bids import StatedBids, keep_where_refused
from loaders.tables.rows import AT
from loaders.tables.tendering import lot_ids, state_lots
from loaders.tables.vocabulary import VOCABULARIES

_PURPOSE: Final = {
    "device": "upload",
    "disk": "upload",
    "cpu": "upload",
    "ip": "upload",
    "ca_lock": "upload",
    "author": "author",
    "last_saved_by": "author",
    "file_code": "author",
    "costing_dongle": "author",
    "account": "deposit",
    "payer_account": "deposit",
    "contact_person": "contact",
    "phone": "contact",
}
GIVEN_UP: Final = ("弃标", "放弃", "放弃投标")
"""Words of who hands in no bid, and of who bids and gives up then: the rank or price beside them tells."""
OF_RESULTS: Final = ("won", "candidate", "award_declined")
"""What a notice of candidates or of the award says of a bid; it names no others."""
_PHONE: Final = (
    r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
    r"|\(?0\d{2,3}[)-]?\s?\d{7,8}(?:\s*(?:-|转|分机)\s*\d{1,6})?|[48]00-?\d{3}-?\d{4}"
)
"""A telephone beside a name."""
_BESIDE_PHONE: Final = r"(?i)(?:联系)?(?:电话|手机号?码?|方式)|tel|[:;,/|()、]"
_WINNER: Final = r"(?:中标|成交)(?!候选)"
"""The heading of a list's bidders that says that they won (中标人, 成交供应商)."""
_HANDLING: Final = ("bid_agent", "handler", "bid_writer")
"""Roles of those whose telephone is the one a bid is handled by."""


@dataclass(frozen=True)
class _Bids:
    """The bid each row is about: its id, and its bidders, one series a place in the consortium."""

    ids: pl.Series
    lot: pl.Series
    bidders: list[Parties]
    roles: list[pl.Series]
    consortium: pl.Series


def _read_bids(table: TableRows, role: pl.Series | None = None) -> _Bids:
    """Lot, bidders and bid of each row. A bid is `<lot>/<bidder>`, or `<lot>/consortium:<name>`. `role`: the bidder's."""
    lot, tender = lot_ids(table)
    table.require("lot_id", lot)
    cells, raw = bare_firms(table.text("bidder_name")), table.text("bidder_id")
    if table.has("consortium_lead"):
        cells = _from_columns(table, cells)
    members = read_members(cells)
    several = members.name.is_not_null()
    table.rows.report("flag", members.unclear, "consortium-form", table.header("bidder_name"), cells)
    if table.main:
        table.context.count("consortia-split", int(several.sum()))
    bidders: list[Parties] = []
    for place, names in enumerate(members.names):
        # One code beside several names is nobody's in particular.
        codes = pl.select(pl.when(~several).then(raw)).to_series() if place == 0 else table.empty()
        bidders.append(
            read_parties(
                table, "bidder_id", "bidder_name", default="either", names=names, raw=codes, required=False
            )
        )
    roles = list(members.roles)
    if role is not None:
        roles[0] = role.fill_null(roles[0])
    stated = table.text("consortium_id")
    consortium = stated.fill_null(members.name)
    own = bidders[0].ids
    ids = pl.select(
        pl.when(consortium.is_not_null())
        .then(lot + "/consortium:" + consortium.str.replace_all(r"\s", ""))
        .otherwise(lot + "/" + own)
    ).to_series()
    ids = pl.select(pl.when(own.is_not_null()).then(ids)).to_series()
    if table.main:
        for party in bidders:
            state_parties(table, party)
        state_lots(table, lot, tender)
        keep_where_refused(table.rows, StatedBids(lot, ids, bidders))
        bid = pl.DataFrame({AT: table.at, "id": ids, "consortium": consortium})
        table.rows.node("Bid", bid)
        table.rows.rel("FOR_LOT", "Bid", "Lot", pl.DataFrame({AT: table.at, "from_id": ids, "to_id": lot}))
    return _Bids(ids, lot, bidders, roles, consortium)


def _state_bidders(table: TableRows, bids: _Bids) -> None:
    for party, role in zip(bids.bidders, bids.roles, strict=True):
        relate(table, "SUBMITS", party, "Bid", bids.ids, {"role": role})


def _from_columns(table: TableRows, cells: pl.Series) -> pl.Series:
    """Lead and members in columns of their own, put as one cell would say it."""
    lead, members = table.text("consortium_lead"), table.text("consortium_members")
    both = lead + "(联合体牵头人)、" + members.str.normalize("NFKC").str.replace_all("[,;；\n]", "、")
    joint = pl.select(pl.when(members.is_not_null() & lead.is_not_null()).then(both)).to_series()
    return joint.fill_null(cells).fill_null(lead)


def read_bids(table: TableRows) -> None:
    """One bid a row, by one bidder or a consortium. A row with a lot and no bidder states the lot alone."""
    bids = _read_bids(table, table.vocabulary("role") if table.has("role") else None)
    status_word = table.text("status")
    status = VOCABULARIES["bid_status"].read(status_word)
    rank = table.rank("rank")
    gave_up = status_word.str.strip_chars().is_in(GIVEN_UP).fill_null(False)
    # Who is ranked had bid: what he gave up is the award.
    status = pl.select(
        pl.when(gave_up & rank.is_not_null()).then(pl.lit("award_declined")).otherwise(status)
    ).to_series()
    alone = bids.ids.is_null()
    lot_status = pl.select(pl.when(alone).then(VOCABULARIES["lot_status"].read(status_word))).to_series()
    known = VOCABULARIES["bid_status"]
    unknown = status_word.is_not_null() & status.is_null() & lot_status.is_null()
    table.rows.report("flag", unknown, "unknown-word", table.header("status"), status_word, known=known)
    # 流标 and 终止 are said of the lot, on whichever row they stand.
    failed = VOCABULARIES["lot_status"].read(status_word)
    lot_status = pl.select(
        pl.when(alone | (status.is_null() & failed.is_not_null())).then(failed)
    ).to_series()
    table.rows.node("Lot", pl.DataFrame({AT: table.at, "id": bids.lot, "status": lot_status}))
    table.context.count("lots-without-bidder-rows", int(alone.sum()))

    quoted = in_place_of_a_price(table)
    status = status.fill_null(quoted["status"])
    amount, currency = table.money("amount", quoted["other"], quoted["cells"])
    won = table.boolean("won").fill_null(pl.select(pl.when(status == "won").then(True)).to_series())
    if re.match(_WINNER, bare_word(table.header("bidder_name"))):
        won = won.fill_null(True)
    else:
        beside = table.text("bidder_name").str.contains(WON_BESIDE).fill_null(False)
        won = won.fill_null(pl.select(pl.when(beside).then(True)).to_series())
    if table.has("won_amount"):
        award, award_currency = table.money("won_amount")
        winner = won.fill_null(False)
        award = pl.select(pl.when(winner).then(award)).to_series()
        currency = currency.fill_null(pl.select(pl.when(winner).then(award_currency)).to_series())
        amount = amount.fill_null(award)
    deposit, deposit_currency = table.money("deposit_amount")
    # A bid has one currency: a deposit in another would be told in the price's.
    foreign = (deposit_currency != currency).fill_null(False)
    table.rows.report(
        "flag", foreign, "deposit-currency", table.header("deposit_amount"), table.text("deposit_amount")
    )
    deposit = deposit.set(foreign, None)
    currency = currency.fill_null(deposit_currency)
    rates = stated_rates(table)
    kind = rates["kind"].fill_null(quoted["kind"])
    rate = rates["rate"].fill_null(quoted["rate"])
    price_kind = table.vocabulary("price_kind")
    price_kind = price_kind.fill_null(pl.select(pl.when(amount.is_null()).then(kind)).to_series())
    bid_first = (status == "not_submitted") & status_word.is_not_null()
    bid_first &= rank.is_not_null() | (amount > 0).fill_null(False) | rate.is_not_null()
    table.rows.report("flag", bid_first, "given-up-after-bid", table.header("status"), status_word)
    status = status.set(bid_first.fill_null(False), None)
    if (status == "candidate").any():
        places = status_word.str.extract("第([一二三])", 1)
        numbers = places.replace_strict(list("一二三"), [1, 2, 3], default=None, return_dtype=pl.Int64)
        rank = rank.fill_null(numbers)
    facts = {
        "amount": amount,
        "currency": currency,
        "price_kind": price_kind,
        "rate": rate,
        "status": status,
        "rank": rank,
        "won": won,
        "submitted_at": table.time("submitted_at"),
        "deposit_amount": deposit,
    }
    stated = pl.DataFrame({AT: table.at, "id": bids.ids, **facts})
    stated = stated.with_columns(list_kind=_list_kind(stated.with_columns(lot=bids.lot)))
    shared, opened = bids.consortium.is_not_null(), _round(table, bids.lot)
    table.rows.node("Bid", last_prices(table, stated, shared, opened))
    _state_bidders(table, bids)
    if table.has("deposit_account"):
        _trace(table, bids, table.constant("account"), table.text("deposit_account"))
    if table.has("deposit_payer"):
        _trace(table, bids, table.constant("payer_account"), table.text("deposit_payer"))
    if table.has("contact_phone"):
        _trace(table, bids, table.constant("phone"), table.text("contact_phone"))


def _list_kind(bids: pl.DataFrame) -> pl.Series:
    """all_bidders where most other lots of the sheet name who did not win: such a list is of bids, not of results.

    `bids`: lot, and what is said of each bid.
    """
    said = ("status", "won", "rank", "amount", "rate", "submitted_at")
    of_result = pl.col("status").is_in(OF_RESULTS).fill_null(False) | pl.col("won").fill_null(False)
    others = (
        pl.any_horizontal(pl.col(c).is_not_null() for c in said) & ~of_result & pl.col("id").is_not_null()
    )
    lots = bids.drop_nulls("lot").group_by("lot").agg(told=others.any())
    # Each lot is judged by the others.
    rest, told = lots.height - 1, int(lots["told"].sum())
    whole = (pl.lit(told) - pl.col("told").cast(pl.Int64)) * 2 > rest
    kinds = lots.with_columns(kind=pl.when(whole).then(pl.lit("all_bidders")))
    return bids.join(kinds, on="lot", how="left", maintain_order="left")["kind"]


def _round(table: TableRows, lots: pl.Series) -> pl.Series:
    """By row the day of the round it tells of, where the sheet has several of the lot; of a row that states none the last."""
    beside = [TableRows(table.rows, p) for p in table.rows.plan.tables if "opened_on" in p.present]
    if not beside:
        return table.constant(None)
    opened = beside[0].time("opened_on").str.slice(0, 10)
    rows = pl.DataFrame(
        {"lot": lots, "day": pl.select(pl.when(opened.str.len_chars() == 10).then(opened)).to_series()}
    )
    days = rows.drop_nulls().unique().group_by("lot").agg("day").filter(pl.col("day").list.len() > 1)
    if days.is_empty():
        return table.constant(None)
    told = [
        {"lot": lot, "day": day, "round": last}
        for lot, on in days.iter_rows()
        for day, last in one_round(on).items()
    ]
    of = pl.DataFrame(told, schema=dict.fromkeys(("lot", "day", "round"), pl.String()))
    known = rows.join(of, on=["lot", "day"], how="left", maintain_order="left")
    last = of.group_by("lot").agg(last=pl.col("round").max())
    return (
        known.join(last, on="lot", how="left", maintain_order="left")
        .select(pl.coalesce("round", "last"))
        .to_series()
    )


def _trace(table: TableRows, bids: _Bids, kinds: pl.Series, values: pl.Series) -> None:
    # The account a deposit was paid from is an account like any other, so that a company's own can meet it.
    frame = contact_frame(table.at, kinds, values, table.context.person_key)
    table.rows.node("Contact", frame)
    purpose = frame["kind"].replace_strict(_PURPOSE, default=None, return_dtype=pl.String)
    ids = bids.ids.gather(frame[AT])
    used = pl.DataFrame({AT: frame[AT], "from_id": frame["id"], "to_id": ids, "purpose": purpose})
    table.rows.rel("USED_IN_BID", "Contact", "Bid", used)


def read_bid_traces(table: TableRows) -> None:
    """One trace of one bid a row, or one column a kind of trace (MAC地址, 作者…)."""
    bids = _read_bids(table)
    _skeleton(table, bids)
    if table.has("value") and table.has("kind"):
        values = table.text("value")
        table.require("value", values)
        kind = table.vocabulary("kind").replace("payer_account", "account")
        contact = (kind == "contact_person").fill_null(False)
        if contact.any():
            names, phones = _names_and_phones(pl.select(pl.when(contact).then(values)).to_series())
            values = names.fill_null(pl.select(pl.when(~contact).then(values)).to_series())
            _trace(table, bids, table.constant("phone"), phones)
        _trace(table, bids, kind, values)
    for column, kind_name in table.fixed("kind").items():
        _trace(table, bids, table.constant(kind_name), table.text(column))


def _names_and_phones(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Names, and telephones that stand beside them (张三 139…), several joined by ;; null where there is none."""
    text = cells.str.normalize("NFKC").str.replace_all("[‐-―−]", "-")
    phones = text.str.extract_all(_PHONE).list.join(";").replace("", None)
    bare = text.str.replace_all(_PHONE, " ").str.replace_all(_BESIDE_PHONE, " ")
    bare = bare.str.replace_all(r"\s+", " ").str.strip_chars().replace("", None)
    return pl.select(pl.when(phones.is_null()).then(cells).otherwise(bare)).to_series(), phones


def read_bid_people(table: TableRows) -> None:
    """One person, or unit, of one bid a row, or one column a role (项目经理, 授权代表…)."""
    bids = _read_bids(table)
    _skeleton(table, bids)
    scope = bids.bidders[0].ids
    if table.has("person_id", "person_name") and table.has("role"):
        names = bare_persons(table.text("person_name"))
        kind = _person_or_unit(table, names, table.text("person_id"))
        person = read_parties(
            table, "person_id", "person_name", default="person", kind=kind, scope=scope, names=names
        )
        state_parties(table, person)
        words = table.text("role")
        table.require("role", words)
        # One cell may name several: 项目经理兼技术负责人.
        lists = words.str.normalize("NFKC").str.replace_all(r"[兼、,/;；，+\n]", "\x1f").str.split("\x1f")
        handles = table.constant(None).is_not_null()
        for place in range(most(lists.list.len())):
            word = lists.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
            role = _role_in_bid(table, word, person, bids.ids)
            handles = handles | role.is_in(_HANDLING).fill_null(False)
        if table.main and table.has("contact_phone"):
            told = pl.select(pl.when(handles).then(table.text("contact_phone"))).to_series()
            _trace(table, bids, table.constant("phone"), told)
    elif table.main and table.has("contact_phone") and table.has(*_HANDLING):
        _trace(table, bids, table.constant("phone"), table.text("contact_phone"))
    for column, said in table.fixed("role").items():
        names = bare_persons(table.text(column))
        if said in _HANDLING:
            names, phones = _names_and_phones(names)
            _trace(table, bids, table.constant("phone"), phones)
        person = read_parties(
            table,
            "_none",
            None,
            default="person",
            kind=_person_or_unit(table, names, table.empty()),
            names=names,
            scope=scope,
            required=False,
        )
        state_parties(table, person)
        # A builder's registration number stands beside the project manager's name.
        certificate = table.text("certificate_no") if said == "project_manager" else table.empty()
        facts = {"role": table.constant(said), "certificate_no": certificate}
        relate(table, "WORKS_ON_BID", person, "Bid", bids.ids, facts)


def _person_or_unit(table: TableRows, names: pl.Series, numbers: pl.Series) -> pl.Series:
    """The kind of who works on a bid: a unit (null) by its full registered name or its code, else a person."""
    names, numbers = with_their_numbers(names, numbers)
    # A passport's number may have the form of an organisation code.
    coded = read_company_ids(numbers)["scheme"].is_in(["cn-uscc", "lei"]).fill_null(False)
    unit = is_full_legal_name(names) | is_full_legal_name(name_key(names)) | coded
    return pl.select(pl.when(~unit).then(table.constant("person"))).to_series()


def _role_in_bid(table: TableRows, words: pl.Series, workers: Parties, bids: pl.Series) -> pl.Series:
    """One role of each row's person or unit; a word that is none stays as it is, and the load tells of it. Gives the roles."""
    known = VOCABULARIES["bid_role"]
    role = known.read(words)
    unread = words.is_not_null() & role.is_null()
    table.rows.report("flag", unread, "unknown-bid-role", table.header("role"), words, known=known)
    facts = {"role": role.fill_null(words), "certificate_no": table.text("certificate_no")}
    to_ids = pl.select(pl.when(words.is_not_null()).then(bids)).to_series()
    relate(table, "WORKS_ON_BID", workers, "Bid", to_ids, facts)
    return facts["role"]


def _skeleton(table: TableRows, bids: _Bids) -> None:
    """Beside a table of bids, the bids themselves are stated there."""
    if table.main:
        bidder = bids.bidders[0].ids.is_null()
        table.rows.report("reject", bidder, "no-party", table.header("bidder_name"))
        _state_bidders(table, bids)


def read_subcontracts(table: TableRows) -> None:
    """One subcontract a row (分包)."""
    lot, tender = lot_ids(table)
    table.require("lot_id", lot)
    one = read_parties(table, "contractor_id", "contractor_name", default="company")
    other = read_parties(table, "subcontractor_id", "subcontractor_name", default="company")
    amount, currency = table.money("amount")
    state_parties(table, one)
    state_parties(table, other)
    state_lots(table, lot, tender)
    facts = {
        "lot": lot,
        "amount": amount,
        "currency": currency,
        "signed_on": table.date("signed_on"),
        "scope": table.text("scope"),
    }
    facts["scope"] = _contracts_apart(table, {"from": one.ids, "to": other.ids, **facts})
    relate(table, "SUBCONTRACTS_TO", one, "Company", other.ids, facts)


def _contracts_apart(table: TableRows, facts: dict[str, pl.Series]) -> pl.Series:
    """The scope of each row, marked (第2份) where the row is a further contract that is alike in all else.

    Rows with one contract number are one contract; without a number, rows that differ in any cell are two.
    """
    frame = pl.DataFrame({AT: table.at, **facts, "number": table.text("contract_no").str.strip_chars()})
    alike = list(facts)
    numbered = frame.filter(pl.col("number").is_not_null())
    again = numbered.filter(~numbered.select(pl.struct(*alike, "number").is_first_distinct()).to_series())
    told = again.filter(~table.rows.duplicates.gather(again[AT]))
    tell_rows(table, "contracts-one", told.height)
    each = frame.filter(~frame[AT].is_in(again[AT].implode())).sort("number", AT, nulls_last=True)
    each = counted_apart(table, each, alike).select(AT, "_time")
    marked = frame.join(each, on=AT, how="left", maintain_order="left")
    return marked.select(
        pl.when(pl.col("_time") > 1)
        .then(pl.col("scope").fill_null("") + further(form="（第{}份）"))
        .otherwise("scope")
        .alias("scope")
    ).to_series()
