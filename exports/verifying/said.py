"""What a finding says held against what is claimed: nothing it states may go without a claim, and no number of its sentence
may differ from its facts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from exports.told_shares import control_of_links, links_of_bidders, shares_with_paths
from exports.verifying.enclosed import FACTS, Enclosed
from exports.verifying.integrity import Fault
from graph.penetration.path_sums import added, rest_beside

_CLOSE: Final = 1e-9
_ROUNDED: Final = 5e-5 + 1e-9
"""How far a share may lie from how it is told, in percent with two decimals."""
_PERCENT: Final = re.compile(r"(?<![0-9.])([0-9]+\.[0-9]{2})%")
_FIGURES: Final = re.compile(rf"{_PERCENT.pattern}|[0-9.]$")
"""Of names: a percentage within, or figures at the end."""


def said_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of all findings that a package proves; what an operator's own detector says can't be held against anything."""
    claims = enclosed.facts["claims"]
    shares = {c["at"] for c in claims["shares"]}
    control = {(c["at"], c["holder"], c["company"]) for c in claims["control"]}
    for n, found in enumerate(enclosed.facts["findings"]):
        at, facts = f"/findings/{n}/facts", found["facts"]
        for place, told in shares_with_paths(facts, at):
            if place not in shares:
                yield _unclaimed(place, told["paths"][0]["nodes"][0], told["paths"][0]["nodes"][-1])
        for place, holder, company in control_of_links(facts):
            if (at + place, holder, company) not in control:
                yield _unclaimed(at + place, holder, company)
        yield from _links(enclosed, facts, at)
        if not found.get("own_detector"):
            for lang in ("zh", "en"):
                yield from _sentence(enclosed, facts, found["text"][lang], f"/findings/{n}/text/{lang}")


def _unclaimed(at: str, holder: str, company: str) -> Fault:
    return Fault(
        f"{FACTS} {at} ({holder} → {company})",
        "事实中有此持股或控制，结论清单中没有，无从复算",
        "the facts state it and no claim does, so that nothing is worked out again",
    )


def _links(enclosed: Enclosed, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """The shares that stand at a link itself are those of its stakes, or what a row states."""
    party = str((facts.get("holder") or {}).get("id") or "")
    for place, bidder, link in links_of_bidders(facts):
        for name, company in (("share", bidder), ("share_of_party", party)):
            said = link.get(name)
            # Of another day than the bid date no stake is laid out.
            if said is None or link.get("when", "yes") != "yes":
                continue
            # A bidder that holds the party has the share of that.
            ends = {company, party} if link.get("how") == "held" else {company}
            known = [s["share"] for s in link.get("stakes") or () if s["company"] in ends]
            known = [s for s in known if s is not None]
            known += [s for s in sorted(set(_stated(enclosed, ends))) if s not in known]
            if not any(abs(said - share) <= _CLOSE for share in known):
                right = "、".join(f"{s:.10g}" for s in known) or "—"
                yield Fault(
                    f"{FACTS} {at}{place}/{name}",
                    f"写为 {said:.10g}，所附持股为 {right}",
                    f"is stated as {said:.10g}; what is enclosed gives {right}",
                )


def _stated(enclosed: Enclosed, companies: set[str]) -> Iterator[float]:
    parties = {enclosed.party(c) for c in companies}
    for edge in enclosed.edges.values():
        if edge["type"] == "OWNS" and edge.get("share") and enclosed.party(edge["target"]) in parties:
            yield float(edge["share"])


def _sentence(enclosed: Enclosed, facts: Mapping[str, Any], text: str, at: str) -> Iterator[Fault]:
    """Every percentage of a sentence stands in the facts, and one that is told of a company is of a stake in it."""
    names = {str(row.get("name") or "") for row in enclosed.nodes.values()} | set(_names(facts))
    # Who has no name is called by the id.
    names |= {i for id_, row in enclosed.nodes.items() if not row.get("name") for i in (id_, _plain_id(id_))}
    # A title may have percentages of its own, and a name that ends in figures runs into the share behind it.
    figured = sorted((n for n in names if _FIGURES.search(n)), key=len, reverse=True)
    plain = _without(text, figured)
    known = {*_numbers(facts), *_sums(facts), 0.0, 1.0}
    for told in dict.fromkeys(_PERCENT.findall(plain)):
        if not _among(told, known):
            yield Fault(
                f"{FACTS} {at}",
                f"写有 {told}%，而事实中没有这一数值",
                f"says {told}%, which is no number of the facts",
            )
    for company, shares in _by_company(facts).items():
        name = str(
            (facts.get("names") or {}).get(company) or enclosed.nodes.get(company, {}).get("name") or ""
        )
        if not name:
            continue
        of, told_as = re.escape(name), r"([0-9]+\.[0-9]{2})%"
        patterns = (
            rf"持有{of}{told_as}",
            rf"{of}的[^，、；。（]*（持股{told_as}",
            rf"{told_as} of {of}",
            rf" of {of} \({told_as}\)",
        )
        mine = _without(text, [n for n in figured if name in n and n != name])
        said = [share for pattern in patterns for share in re.findall(pattern, mine)]
        for told in dict.fromkeys(said):
            if not _among(told, shares):
                yield Fault(
                    f"{FACTS} {at}",
                    f"写有持有{name} {told}%，与事实不符",
                    f"says {told}% of {name}, which the facts do not",
                )


def _plain_id(id_: str) -> str:
    return id_.partition(":")[2]


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, "…")
    return text


def _names(facts: Any) -> Iterator[str]:
    """Whatever is called something in the facts."""
    if isinstance(facts, Mapping):
        for key, value in facts.items():
            if key == "name" and isinstance(value, str):
                yield value
            elif key == "names" and isinstance(value, Mapping):
                yield from (str(v) for v in value.values())
            else:
                yield from _names(value)
    elif isinstance(facts, list | tuple):
        for inner in facts:
            yield from _names(inner)


def _among(told: str, shares: set[float]) -> bool:
    return any(abs(float(told) / 100 - share) <= _ROUNDED for share in shares)


def _by_company(facts: Mapping[str, Any]) -> dict[str, set[float]]:
    """What links state of each company: shares, bounds and votes of it."""
    found: dict[str, set[float]] = {}
    for _, _, link in links_of_bidders(facts):
        for stake in link.get("stakes") or ():
            found.setdefault(str(stake["company"]), set()).update(_numbers({**stake, "paths": ()}))
    if not found:
        return {}
    # A share without chains, as of another day, stands at the link alone.
    party = str((facts.get("holder") or {}).get("id") or "")
    for _, bidder, link in links_of_bidders(facts):
        for name, company in (("share", bidder), ("share", party), ("share_of_party", party)):
            if link.get(name) is not None and company in found:
                found[company].add(float(link[name]))
    return found


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _numbers(inner)


def _sums(facts: Mapping[str, Any]) -> Iterator[float]:
    """What listed paths come to, and what a share has beside them: a sentence tells both."""
    for _, told in shares_with_paths(facts, ""):
        formulas = [str(p["formula"]) for p in told["paths"] if p.get("by") != "votes"]
        sums = added(formulas) if formulas else None
        if sums is not None:
            bounds = (told.get("share"), told.get("share_min"), told.get("share_max"))
            yield from itertools.chain(sums, rest_beside(*bounds, *sums) or ())
