"""The registers a package states, held against its own rows: every link is the sum of the rows behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from exports.verifying.enclosed import EDGES, FACTS, Enclosed, number
from exports.verifying.integrity import Fault
from exports.verifying.solving import TOLERANCE, Link, Powers

Row = dict[str, str]
NOMINEE: Final = "nominee"
NOMINATOR: Final = "nominator"


def links_of(enclosed: Enclosed, ownership: Mapping[str, Any]) -> tuple[list[Link], list[Fault]]:
    """Every link of one day's ownership worked out from the rows, and where the stated registers differ from that."""
    faults: list[Fault] = []
    links: list[Link] = []
    partnerships = set(ownership["partnerships"])
    for register in ownership["registers"]:
        company = str(register["company"])
        used: set[str] = set()
        made: list[tuple[Link, dict[str, Any], bool, bool]] = []
        for stated in register["links"]:
            used |= {k for group in stated["rows"] for k in group}
            alone = len(register["links"]) == 1
            link, unknown, faulty = _link(enclosed, company, stated, ownership["as_of"], alone)
            faults += faulty
            if link is not None:
                made.append((link, stated, *unknown))
        tight = _tightened([(link, share, votes) for link, _, share, votes in made])
        if company in partnerships:
            tight = [_no_partners_votes(enclosed, *each) for each in zip(tight, made, strict=True)]
        for link, (_, stated, _, _) in zip(tight, made, strict=True):
            faults += _compared(link, stated)
            links.append(link)
        faults += _left_out(enclosed, company, used, ownership["as_of"])
    return links, faults


def powers_of(enclosed: Enclosed, links: Sequence[Link]) -> tuple[Powers, list[Fault]]:
    """What decides control, from the rows."""
    faults: list[Fault] = []
    ownership = enclosed.facts["ownership"]
    partnerships = set(ownership["partnerships"])
    declared: set[tuple[str, str]] = set()
    generals: dict[str, set[str]] = defaultdict(set)
    for register in ownership["registers"]:
        for link in register["links"]:
            rows = [enclosed.edges.get(k, {}) for group in link["rows"] for k in group]
            if register["company"] in partnerships and any(
                r.get("holder_role") == "general_partner" for r in rows
            ):
                generals[register["company"]].add(link["holder"])
    for told in ownership["declared_control"]:
        holder, company = str(told["holder"]), str(told["company"])
        row = enclosed.edges.get(str(told["key"])) if told["key"] else None
        if told["key"] is None:
            if generals[company] != {holder}:
                faults.append(
                    _fault(
                        f"{company} < {holder}",
                        "所称唯一普通合伙人与所附记录不符",
                        "is not the only general partner in the enclosed rows",
                    )
                )
        elif row is None or row["type"] != "EXERCISES_CONTROL" or not _ends(enclosed, row, holder, company):
            faults.append(
                _fault(
                    f"{company} < {holder}",
                    "所称控制关系没有所附记录支持",
                    "is declared control without an enclosed row",
                )
            )
        declared.add((holder, company))
    for told in ownership["concerts"]:
        found = any(
            r["type"] == "MEMBER_OF_CONCERT"
            and _ends(enclosed, r, told["member"], told["concert"])
            and holds_on(r, ownership["as_of"])
            for r in enclosed.edges.values()
        )
        if not found:
            faults.append(
                _fault(
                    f"{told['concert']} < {told['member']}",
                    "所称一致行动没有所附记录支持",
                    "is a concert without an enclosed row",
                )
            )
    votes = _deciding(enclosed, [k for k in links if k.company not in partnerships and not k.declared])
    concerts = tuple((c["concert"], c["member"], c["company"]) for c in ownership["concerts"])
    return Powers(votes, frozenset(declared), concerts), faults


def _deciding(enclosed: Enclosed, links: Sequence[Link]) -> tuple[Link, ...]:
    """Votes by who decides them: what a declared nominee holds is its one nominator's, or nobody's."""
    day = enclosed.facts["ownership"]["as_of"]
    trusted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in enclosed.edges.values():
        says = row["type"] == "EXERCISES_CONTROL" and row.get("interest") in (NOMINEE, NOMINATOR)
        if says and holds_on(row, day):
            trusted[enclosed.party(row["target"])][row["interest"]].add(enclosed.party(row["source"]))
    found: dict[tuple[str, str], Link] = {}
    for link in links:
        said = trusted.get(enclosed.party(link.company))
        holder: str | None = link.holder
        if said and enclosed.party(link.holder) in said[NOMINEE] - said[NOMINATOR]:
            holder = next(iter(said[NOMINATOR])) if len(said[NOMINATOR]) == 1 else None
        if holder is None:
            continue
        ends = holder, link.company
        other = found.get(ends)
        found[ends] = replace(link, holder=holder) if other is None else _together(other, link)
    return tuple(found.values())


def _together(one: Link, other: Link) -> Link:
    """Two links of one who decides by both."""
    return replace(
        one,
        votes_low=one.votes_low + other.votes_low,
        votes_high=min(1.0, one.votes_high + other.votes_high),
        low_open=one.low_open or other.low_open,
    )


def _fault(at: str, zh: str, en: str) -> Fault:
    return Fault(f"{FACTS} /ownership {at}", zh, en)


def _ends(enclosed: Enclosed, row: Row, start: str, end: str) -> bool:
    return enclosed.party(row["source"]) == enclosed.party(start) and enclosed.party(
        row["target"]
    ) == enclosed.party(end)


def holds_on(row: Row, as_of: str | None) -> bool:
    """Does a row hold on a day (half open)? On no day: has it no end?"""
    start, end = row.get("valid_from") or "", row.get("valid_to") or ""
    if as_of is None:
        return not end
    return (not start or _day(start) <= as_of) and (not end or as_of < _day(end))


def _day(text: str) -> str:
    return f"{text}-01" if len(text) == 7 else text[:10]


def _link(
    enclosed: Enclosed, company: str, stated: Mapping[str, Any], as_of: str | None, alone: bool
) -> tuple[Link | None, tuple[bool, bool], list[Fault]]:
    at, holder = f"{company} < {stated['holder']}", str(stated["holder"])
    rows: list[Row] = []
    for group in stated["rows"]:
        found = [enclosed.edges.get(key) for key in group]
        for key, row in zip(group, found, strict=True):
            if row is None:
                return (
                    None,
                    (False, False),
                    [
                        _fault(
                            at,
                            f"所依据的记录 {key} 不在 {EDGES} 中",
                            f"rests on row {key}, which {EDGES} lacks",
                        )
                    ],
                )
            by_law = _of_head_office(row) or (_by_law(row) and _sole_trader(enclosed, company))
            owned = row["type"] == "OWNS" or by_law
            if not owned or not _ends(enclosed, row, holder, company):
                return (
                    None,
                    (False, False),
                    [_fault(at, f"记录 {key} 的两端不符", f"rests on row {key}, which joins others")],
                )
            if not holds_on(row, as_of):
                return (
                    None,
                    (False, False),
                    [
                        _fault(
                            at,
                            f"记录 {key} 在 {as_of} 不有效",
                            f"rests on row {key}, which does not hold on {as_of}",
                        )
                    ],
                )
        first = found[0]
        if first is None or any(_values(r) != _values(first) for r in found if r):
            return (
                None,
                (False, False),
                [_fault(at, "合并计算的记录内容不一致", "counts rows as one that say different things")],
            )
        rows.append(first)
    if any(_by_law(r) or _of_head_office(r) for r in rows):
        # The owner of a sole trader, or of a branch, has the whole of it; which of several does is not known.
        rows = [{**r, "share": "1" if alone else ""} for r in rows]
    return *_summed(holder, company, rows, bool(stated["declared_indirect"])), []


def _by_law(row: Row) -> bool:
    return row["type"] == "EXERCISES_CONTROL" and row.get("interest") in (
        "operator",
        "sole_owner",
        "registered_head",
    )


def _of_head_office(row: Row) -> bool:
    return row["type"] == "EXERCISES_CONTROL" and row.get("interest") in (
        "head_office",
        "head_office_by_name",
    )


def _sole_trader(enclosed: Enclosed, company: str) -> bool:
    """May the company be one person's own firm, as its nodes have it?"""
    party = enclosed.party(company)
    mine = [row for id_, row in enclosed.nodes.items() if enclosed.party(id_) == party]
    kinds = {row.get("kind") or "" for row in mine} - {"", "unknown"}
    return kinds <= {"sole_trader"} and not any("公司" in (row.get("name") or "") for row in mine)


def _values(row: Row) -> tuple[str, ...]:
    names = ("share", "share_min", "share_max", "votes", "votes_min", "votes_max", "min_open", "max_open")
    return tuple(row.get(n) or "" for n in names)


def _bounds(row: Row, name: str) -> tuple[float, float] | None:
    exact, low, high = number(row, name), number(row, f"{name}_min"), number(row, f"{name}_max")
    if exact is not None:
        return exact, exact
    if low is None and high is None:
        return None
    return low or 0.0, max(1.0 if high is None else high, low or 0.0)


def _summed(holder: str, company: str, rows: Sequence[Row], declared: bool) -> tuple[Link, tuple[bool, bool]]:
    """One holder's rows added. Votes not stated are those of the share, unless a row states votes alone."""
    told = [(_bounds(r, "share"), _bounds(r, "votes"), r) for r in rows]
    silent = any(s is None and v is None for s, v, _ in told)
    shares = [s for s, _, _ in told if s is not None]
    apart = any(s is None and v is not None for s, v, _ in told)
    votes = [v if v is not None else s for s, v, _ in told if v is not None or (s is not None and not apart)]
    held = [v for v in votes if v is not None]
    unknown = silent or not shares
    opens = any(
        r.get("min_open") == "true" and number(r, "votes") is None and number(r, "share") is None
        for r in rows
    )
    link = Link(
        holder,
        company,
        sum(s[0] for s in shares),
        1.0 if unknown else sum(s[1] for s in shares),
        sum(v[0] for v in held),
        1.0 if silent else sum(v[1] for v in held),
        opens,
        declared,
    )
    return link, (unknown, silent)


def _tightened(links: Sequence[tuple[Link, bool, bool]]) -> list[Link]:
    """Nobody has more than the others' lower bounds leave, where those fit into the whole."""
    stated = [k for k, _, _ in links if not k.declared]
    whole, votes = sum(k.low for k in stated), sum(k.votes_low for k in stated)
    return [
        link
        if link.declared
        else replace(
            link,
            high=_room(link.low, link.high, whole, unknown),
            votes_high=_room(link.votes_low, link.votes_high, votes, silent),
        )
        for link, unknown, silent in links
    ]


def _no_partners_votes(enclosed: Enclosed, link: Link, made: tuple[Link, dict[str, Any], bool, bool]) -> Link:
    """A partner's share is no vote; what is stated as votes is."""
    rows = (enclosed.edges[key] for group in made[1]["rows"] for key in group)
    stated = any(_bounds(row, "votes") is not None for row in rows)
    return link if stated else replace(link, votes_low=0.0, votes_high=0.0)


def _room(low: float, high: float, whole: float, unknown: bool) -> float:
    if whole > 1.0 + TOLERANCE or not (unknown or high > low):
        return high
    left = min(high, max(1.0 - (whole - low), low))
    return 0.0 if left < 1e-12 else left


def _compared(link: Link, stated: Mapping[str, Any]) -> Iterator[Fault]:
    for name in ("low", "high", "votes_low", "votes_high"):
        mine, theirs = getattr(link, name), float(stated[name])
        if abs(mine - theirs) > TOLERANCE:
            yield _fault(
                f"{link.company} < {link.holder} {name}",
                f"材料包写为 {theirs:.10g}，按所附记录为 {mine:.10g}",
                f"is stated as {theirs:.10g}; the enclosed rows give {mine:.10g}",
            )


def _left_out(enclosed: Enclosed, company: str, used: set[str], as_of: str | None) -> Iterator[Fault]:
    """Rows of the company that are enclosed, hold, and count for no link; lists under other ids are alternatives."""
    if enclosed.party(company) in set(enclosed._same.values()):
        return
    for key, row in enclosed.edges.items():
        if row["type"] != "OWNS" or row["target"] != company or key in used or not holds_on(row, as_of):
            continue
        share, votes = _bounds(row, "share"), _bounds(row, "votes")
        nothing = share is not None and share[1] <= 0.0 and not (votes is not None and votes[1] > 0.0)
        if not nothing and row.get("declared_indirect") != "true":
            yield _fault(
                f"{company} {key}",
                "所附持股记录未计入股东名册",
                "is an enclosed holding that the register leaves out",
            )
