"""Rows of companies, their identifiers, names and contacts into records."""

from __future__ import annotations

import ipaddress
from typing import Final

import polars as pl

from graph.addresses import plain_numbers
from graph.names import name_key
from loaders.identity import PersonKey, clean_ids, masked, read_company_ids
from loaders.schemes import scheme_codes
from loaders.tables.columns import TableRows
from loaders.tables.parties import local_ids, read_parties, state_parties
from loaders.tables.rows import AT


def read_companies(table: TableRows) -> None:
    """One company a row (企业名单)."""
    kind = table.vocabulary("kind")
    company = read_parties(table, "id", "name", default="company", kind=kind)
    capital, currency = table.money("registered_capital")
    if table.has("currency"):
        currency = pl.select(pl.when(capital.is_not_null()).then(currency)).to_series()
    facts = {
        "status": table.vocabulary("status"),
        "founded_on": table.date("founded_on"),
        "dissolved_on": table.date("dissolved_on"),
        "region": table.text("region"),
        "registered_capital": capital,
        "currency": currency,
    }
    if table.has("parent_id", "parent_name"):
        parent = read_parties(table, "parent_id", "parent_name", default="company", required=False)
        names, parent_names = table.text("name"), table.text("parent_name")
        alike = name_key(names) == name_key(parent_names)
        one_code = table.text("id").is_null() | table.text("parent_id").is_null()
        itself = (company.ids == parent.ids).fill_null(False) | (alike & one_code).fill_null(False)
        other = itself & ~alike.fill_null(True)
        table.rows.report("reject", other, "branch-code", table.header("id"), names)
        # Head offices are given as their own in lists of both: they are nobody's branch.
        table.rows.report("note", itself & ~other, "branch-of-itself", table.header("name"), names)
        state_parties(table, parent)
        to_ids = pl.select(pl.when(~itself).then(parent.ids)).to_series()
        role = table.constant("branch")
        branch = pl.DataFrame({AT: table.at, "from_id": company.ids, "to_id": to_ids, "role": role})
        table.rows.rel("BRANCH_OF", "Company", "Company", branch)
    frame = company.frame.select("id", "name", "kind", "flag").with_columns(table.at, **facts)
    table.rows.node("Company", frame)


def read_identifiers(table: TableRows) -> None:
    """One further identifier of one party a row, or one column an identifier (注册号, 组织机构代码)."""
    party = read_parties(table, "party_id", "party_name", default="company")
    state_parties(table, party)
    pairs = [(c, table.constant(scheme)) for c, scheme in table.fixed("scheme").items()]
    if table.has("value"):
        pairs.append(("value", scheme_codes(table.text("scheme"))))
        table.require("value", table.text("value"))
    span = table.span()
    for column, scheme in pairs:
        value = clean_ids(table.text(column))
        # A column called 注册号 often holds the credit code itself.
        scheme = pl.select(
            pl.when(value.str.contains(r"^[0-9A-Z]{18}$") & (scheme == "cn-regno"))
            .then(pl.lit("cn-uscc"))
            .when(scheme.is_null() | value.str.contains(":"))
            .then(None)
            .otherwise(scheme)
        ).to_series()
        read = read_company_ids(value)
        # Without a scheme only a number with a check digit says what it is.
        checked = read["flag"].is_null() & read["scheme"].is_in(["cn-uscc", "lei"])
        ids = pl.select(
            pl.when(scheme.is_not_null())
            .then(scheme + ":" + value)
            .when(checked)
            .then(read["id"])
            .otherwise(local_ids(value))
        ).to_series()
        personal = scheme.is_null() & (read["flag"] == "person-number").fill_null(False)
        table.rows.report(
            "flag", personal, "person-number", table.header(column), table.text(column), personal=True
        )
        ids = pl.select(pl.when(value.is_not_null() & (ids != party.ids) & ~personal).then(ids)).to_series()
        parts = pl.DataFrame({"id": ids}).select(
            scheme=pl.col("id").str.extract(r"^([^:]+):"), value=pl.col("id").str.extract(r"^[^:]+:(.*)$")
        )
        table.rows.node("Identifier", parts.with_columns(table.at, id=ids))
        links = pl.DataFrame({AT: table.at, "from_id": ids, "to_id": party.ids, **span})
        people = party.people
        table.rows.rel("IDENTIFIES", "Identifier", "Company", links.filter(~people))
        table.rows.rel("IDENTIFIES", "Identifier", "Person", links.filter(people))


def read_former_names(table: TableRows) -> None:
    """One or several former names of one company a row; several stand apart by ; ；、."""
    company = read_parties(table, "company_id", "company_name", default="company")
    state_parties(table, company)
    names = table.text("name")
    table.require("name", names)
    _state_names(table, company.ids, names, by="former_name", split=True)


def read_identities(table: TableRows) -> None:
    """One decision a row: this name is that party (`unresolved.csv`, filled in). Rows left empty say nothing."""
    party = read_parties(table, "party_id", None, default="company", required=False)
    # The decided name is no registered name of the party, so the party's node is stated bare.
    state_parties(table, party)
    names = table.text("name")
    table.require("name", names)
    # Most often a slip of the hand: the name would be joined to a party nobody else speaks of.
    own = party.ids.str.contains(r"^local[.:]").fill_null(False)
    table.rows.report("flag", own, "identity-own-id", table.header("party_id"), table.text("party_id"))
    company_ids = party.only(person=False)
    _state_names(table, company_ids, names, by="decision", split=False)
    _state_names(table, party.only(person=True), names, by="decision", split=False, to_type="Person")
    table.context.count("identities-left-open", int(party.ids.is_null().sum()))


def _state_names(
    table: TableRows, ids: pl.Series, names: pl.Series, *, by: str, split: bool, to_type: str = "Company"
) -> None:
    span = table.span()
    frame = pl.DataFrame({AT: table.at, "to_id": ids, "name": names, **span}).filter(
        pl.col("to_id").is_not_null() & pl.col("name").is_not_null()
    )
    if split:
        frame = frame.with_columns(pl.col("name").str.replace_all("[；、\n]", ";").str.split(";")).explode(
            "name"
        )
    frame = frame.with_columns(pl.col("name").str.strip_chars()).with_columns(key=name_key(frame["name"]))
    frame = frame.filter(pl.col("key").is_not_null()).with_columns(
        from_id="name:" + pl.col("key"), by=pl.lit(by)
    )
    table.rows.node("Name", frame.select(AT, "name", id="from_id"))
    table.rows.rel("NAMES", "Name", to_type, frame.drop("name", "key"))


def read_contacts(table: TableRows) -> None:
    """One contact of one party a row, or one column a contact (电话, 邮箱, 企业地址, 官网)."""
    party = read_parties(table, "party_id", "party_name", default="company")
    state_parties(table, party)
    kinds = [(c, table.constant(kind)) for c, kind in table.fixed("kind").items()]
    if table.has("value"):
        kinds.append(("value", table.vocabulary("kind")))
        table.require("value", table.text("value"))
    key, span = table.context.person_key, table.span() if table.main else {}
    for column, kind in kinds:
        frame = contact_frame(table.at, kind, table.text(column), key)
        at = frame[AT]
        links = pl.DataFrame(
            {AT: at, "from_id": party.ids.gather(at), "to_id": frame["id"], "person": party.people.gather(at)}
            | {name: days.gather(at) for name, days in span.items()}
        )
        table.rows.node("Contact", frame)
        table.rows.rel("HAS_CONTACT", "Company", "Contact", links.filter(~pl.col("person")).drop("person"))
        table.rows.rel("HAS_CONTACT", "Person", "Contact", links.filter("person").drop("person"))


_OF_MACHINES: Final = ("device", "disk", "cpu", "file_code", "costing_dongle", "ca_lock")
_STROKE: Final = r"([0-9A-Za-z.:_-]{6,})\s*/\s*([0-9A-Za-z.:_-]{6,})"
_APART: Final = "${1}\x1f${2}"
_MAY_EXTEND: Final = r"(?i)转|分机|ext|x|#|[‐-―−]|\d-\d{1,6}\D*$"
_EXTENSION: Final = r"(?i)[\s(]*(?:-|转|分机号?|ext\.?|x|#)[\s:]*\d{1,6}\D*$"
_EXTENSIONS: Final = (
    r"(?i)\d{7}[\s(]*(?:转|分机号?|ext\.?|x|#)[\s:]*(\d{1,6})\D*$",
    r"^\D*(?:86\D*)?\(?0\d{2,3}\)?[\s-]*\d{3,4}[\s-]?\d{4}-(\d{1,6})\D*$",
    r"^\D*[48]00[\s-]*\d{3,4}[\s-]?\d{3,4}-(\d{1,6})\D*$",
    r"^\D*[2-8]\d{6,7}-(\d{1,6})\D*$",
)
"""How the extension behind a switchboard's number is written: 转801, ext. 801, or behind one more hyphen."""
_IPV4: Final = r"\d{1,3}(?:\.\d{1,3}){3}"
_IN_FOURS: Final = r"^([0-9A-F]{4})\.([0-9A-F]{4})\.([0-9A-F]{4})$"
"""A MAC address as some switches write it."""
_IPV6: Final = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"


def _with_extensions(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds line (a phone without its extension) and extension ("-801", or empty). `frame`: kind, value."""
    plain = frame.with_columns(line="value", extension=pl.lit(""))
    # Of most lists no telephone has one.
    at = ((frame["kind"] == "phone") & frame["value"].str.contains(_MAY_EXTEND)).fill_null(False).arg_true()
    if not len(at):
        return plain
    some = frame.select(pl.col("value").gather(at).str.replace_all("[‐-―−]", "-"))
    read = some.with_columns(extension="-" + pl.coalesce(pl.col("value").str.extract(p) for p in _EXTENSIONS))
    line = (
        pl.when(pl.col("extension").is_null())
        .then("value")
        .otherwise(pl.col("value").str.replace(_EXTENSION, ""))
    )
    read = read.with_columns(line=line, extension=pl.col("extension").fill_null(""))
    return plain.with_columns(plain[c].scatter(at, read[c]) for c in ("line", "extension"))


def _addresses(cells: pl.Expr) -> pl.Expr:
    """The IP addresses in cells, apart by \\x1f; a cell without any stays as it is."""
    four, six = (cells.str.extract_all(p).list.join("\x1f") for p in (_IPV4, _IPV6))
    return (
        pl.when(four != "")
        .then(four)
        .when(six != "")
        .then(six.str.to_lowercase())
        .otherwise(cells.str.replace_all(r"[;,、|]+", "\x1f"))
    )


def _ip(text: str) -> str:
    """An IPv6 address as it is written shortest, one that stands for an IPv4 address as that; anything else as it is."""
    if ":" not in text:
        return text
    try:
        found = ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return text
    return str(found.ipv4_mapped or found)


def contact_frame(at: pl.Series, kinds: pl.Series, values: pl.Series, key: PersonKey) -> pl.DataFrame:
    """Contacts out of cells: columns `AT`, id, kind, value. A cell may hold several phones, mail addresses or machines.

    A phone's extension stands behind a hyphen, an IP address without its port or place. Accounts are kept masked, under a keyed hash. What is no such contact (a phone of four digits) is left out.
    """
    frame = pl.DataFrame({AT: at, "kind": kinds, "value": values.str.normalize("NFKC")}).drop_nulls()
    # A space parts two phones only after a run of digits too long for a group within one.
    value = pl.col("value").str.replace_all("\n", "\x1f")
    spaced = value.str.replace_all(r"(\d{5,})\s+(\d{3,})", "${1}\x1f${2}")
    frame = frame.with_columns(
        value=pl.when(pl.col("kind") == "phone")
        .then(spaced.str.replace_all(r"[;,、/|]+", "\x1f"))
        .when(pl.col("kind").is_in(["email", "domain"]))
        .then(value.str.replace_all(r"[;,、|\s]+", "\x1f"))
        .when(pl.col("kind").is_in(_OF_MACHINES))
        # A stroke may stand in a number, or in N/A.
        .then(
            value.str.replace_all(r"[;,、|]+|\x1f", "\x1f")
            .str.replace_all(_STROKE, _APART)
            .str.replace_all(_STROKE, _APART)
        )
        .when(pl.col("kind") == "ip")
        .then(_addresses(value))
        .otherwise(value)
        .str.split("\x1f")
    ).explode("value")
    value, kind = pl.col("value"), pl.col("kind")
    frame = _with_extensions(frame)
    # Behind the country code an area code has lost its 0; a mobile or service number has none to lose.
    phone = (
        pl.col("line")
        .str.replace_all(r"[^\d+]", "")
        .str.replace(r"^(?:\+|00)?86(1[3-9]\d{9}|0\d{9,11}|[48]00\d{7})$", "${1}")
        .str.replace(r"^(?:\+|00)?86(\d{10,11})$", "0${1}")
    )
    domain = (
        value.str.to_lowercase()
        .str.replace(r"^[a-z]+://", "")
        .str.replace(r"^www\.", "")
        .str.replace(r"[/?#:].*$", "")
    )
    plain = value.str.replace_all(r"\s+", "")
    frame = frame.with_columns(
        value=pl.when(kind == "phone")
        .then(pl.when(phone.str.len_chars() >= 7).then(phone + pl.col("extension")))
        .when(kind == "email")
        .then(pl.when(plain.str.contains(r"^[^@]+@[^@]+\.[^@.]+$")).then(plain.str.to_lowercase()))
        .when(kind == "domain")
        .then(pl.when(domain.str.contains(r"\.")).then(domain))
        .when(kind.is_in(_OF_MACHINES))
        .then(plain.str.to_uppercase().str.replace(_IN_FOURS, "${1}${2}${3}").str.replace_all(r"[:-]", ""))
        .when(kind.is_in(["author", "last_saved_by", "contact_person"]))
        .then(value.str.strip_chars())
        .otherwise(plain)
    ).filter(value.is_not_null() & (value != ""))
    for which, plainly in (("address", plain_numbers), ("ip", _ip)):
        told = frame.filter(kind == which)["value"].unique()
        spelt = {a: b for a, b in ((a, plainly(a)) for a in told) if a != b}
        if spelt:
            frame = frame.with_columns(
                value=pl.when(kind == which).then(value.replace(spelt)).otherwise(value)
            )
    frame = frame.with_columns(id=kind + ":" + value)
    account = frame["kind"] == "account"
    if account.any():
        hashes = account_keys(frame["value"], key)
        frame = frame.with_columns(
            id=pl.when(account).then("account:" + hashes).otherwise("id"),
            value=pl.when(account).then(masked(frame["value"])).otherwise("value"),
        )
    return frame.filter(pl.col("id").is_not_null()).select(AT, "id", "kind", "value")


def account_keys(accounts: pl.Series, key: PersonKey) -> pl.Series:
    """Keyed hashes of account numbers (32 hex digits); null where there is none or part of it is masked."""
    numbers = clean_ids(accounts).str.replace_all("-", "")
    known = numbers.str.contains(r"^[0-9A-Z]{6,40}$").fill_null(False)
    kept = pl.select(pl.when(known).then(numbers)).to_series()
    kinds = pl.select(pl.when(known).then(pl.lit("account"))).to_series()
    return key.person_ids(kept, kinds).str.replace("person:", "", literal=True)
