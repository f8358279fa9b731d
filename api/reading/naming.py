"""Which party, lot or household a request means: an id, or a name or bare number that only one has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

import polars as pl

from api.datasets import Dataset
from api.names import Found, one_name
from api.problems import ProblemError
from graph.lot_names import lot_names
from graph.stores import GraphStore
from loaders.identity import asked_forms, bare_forms, looks_like_person_number
from loaders.lot_numbers import known_id

PARTIES: Final = ("Company", "Person")
_MOST: Final = 300
_SEARCH: Final = {"Lot": "/v1/lots?q=", "Household": "/v1/households"}
"""Where each type is looked for; parties elsewhere."""
_ROUTES: Final = {
    "Company": ("/v1/parties/{}", "企业", "a company"),
    "Person": ("/v1/parties/{}", "人员", "a person"),
    "Lot": ("/v1/lots/{}", "标段", "a lot"),
    "Tender": ("/v1/lots?q={}", "项目", "a tender"),
    "Household": ("/v1/households/{}", "家庭户", "a household"),
}
"""Where each type is told of, and its name in both languages."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One thing that was meant."""

    id: str
    type: str
    name: str


def resolve(
    store: GraphStore, dataset: Dataset, text: str, types: tuple[str, ...], whole: tuple[str, ...] = ()
) -> Resolved:
    """What is meant. Raises a problem: nothing, or more than one, is called that (`candidates` lists them).

    `whole`: types of which a part of the name leads to nothing, nor is told as near.
    """
    found = candidates(store, dataset, text, types)
    if len(found) == 1:
        return found[0]
    told = [{"id": c.id, "type": c.type, "name": c.name} for c in found]
    if found:
        raise ProblemError(
            "not-found",
            f"“{_short(text)}”对应多个对象，请用编号：{'；'.join(c.id for c in found[:5])}。",
            f"{_short(text)!r} names more than one: use an id: {'; '.join(c.id for c in found[:5])}.",
            candidates=told,
        )
    if other := _of_another_type(store, dataset, text, types):
        route, zh, en = _ROUTES[other]
        there = route.format(quote(text, safe=":"))
        raise ProblemError(
            "not-found",
            f"“{_short(text)}”是{zh}，请用 {there} 查询。",
            f"{_short(text)!r} is {en}: ask {there}.",
            candidates=[],
        )
    near = nearest(dataset, text, types, whole)
    where = _SEARCH.get(types[0], "/v1/parties?q=")
    hint_zh = f"相近的有：{'；'.join(n.id for n in near)}。" if near else f"可用 {where} 查找。"
    hint_en = f"Near: {'; '.join(n.id for n in near)}." if near else f"Search with {where}."
    raise ProblemError(
        "not-found",
        f"没有找到“{_short(text)}”。{hint_zh}",
        f"Nothing is called {_short(text)!r}. {hint_en}",
        candidates=[{"id": n.id, "type": n.type, "name": n.name} for n in near],
    )


def _of_another_type(store: GraphStore, dataset: Dataset, text: str, types: tuple[str, ...]) -> str | None:
    """What an id, or the bare number of one, names where it names nothing of these types.

    A person by the whole id alone: numbers are not to be tried out.
    """
    if not text or len(text) > _MOST or "\x00" in text:
        return None
    forms = asked_forms(text)
    if not any(":" in form for form in forms):
        others = tuple(t for t in _ROUTES if t not in types and t != "Person")
        called = dataset.names.find(text, others, 20)[0] if others else []
        bare = bare_forms(forms)
        return next((f.type for f in called if f.id.partition(":")[2].casefold() in bare), None)
    for type_ in _ROUTES:
        found = type_ not in types and store.query(
            f"UNWIND $ids AS i MATCH (n:{type_} {{id: i}}) RETURN n.id AS id", {"ids": list(forms)}
        )
        if found and found.num_rows:
            return type_
    return None


def candidates(
    store: GraphStore, dataset: Dataset, text: str, types: tuple[str, ...], limit: int = 20
) -> list[Resolved]:
    """Everything that text may mean: the one with that id; else all whose whole name or bare number it is."""
    text = text.strip()
    if not text or len(text) > _MOST or "\x00" in text:
        return []
    forms = asked_forms(text)
    # An id with its scheme is none, and most requests come with one.
    bare = bare_forms(forms)
    if bare and bool(looks_like_person_number(pl.Series(sorted(bare))).any()):
        raise ProblemError(
            "unprocessable",
            "个人证件号不能写在请求里。请用人员编号（person:…）查询。",
            "A person's number does not belong in a request. Ask by the person's id (person:…).",
        )
    for type_ in types:
        name = "n.title" if type_ in ("Lot", "Tender") else "n.region" if type_ == "Household" else "n.name"
        for id_ in _ids(forms, type_):
            rows = store.query(
                f"MATCH (n:{type_} {{id: $id}}) RETURN {name} AS name", {"id": id_}
            ).to_pylist()
            if rows:
                return [Resolved(id_, type_, rows[0]["name"] or "")]
    found, _ = dataset.names.find(text, types, limit * 5)
    named = {f.id for f in found if one_name(f.name, text)}
    exact = [f for f in found if f.id in named or f.former or f.id.partition(":")[2].casefold() in bare]
    exact = [f for f in exact if not f.former or f.id in named] or [f for f in found if f.former]
    # A bare mention by name and the identified company of that name are one party: the ownership knows it.
    heads: dict[str, Resolved] = {}
    for f in exact:
        head = dataset.canonical(f.id) if f.type in PARTIES else f.id
        heads.setdefault(head, Resolved(head, f.type, f.name))
    return list(heads.values())[:limit]


def _ids(forms: tuple[str, ...], type_: str) -> tuple[str, ...]:
    """The ids that the forms of a text may be: a lot's number may be written in several more."""
    if type_ != "Lot":
        return forms
    known = [known_id(form) for form in forms if "/" in form]
    return tuple(dict.fromkeys((*forms, *(k if ":" in k else f"local:{k}" for k in known))))


def as_answered(store: GraphStore, dataset: Dataset, found: Resolved) -> Resolved:
    """The same party under the id that answers name it by, with the name it bears under one of its ids."""
    best = dataset.canonical(found.id) if found.type in PARTIES else found.id
    if best == found.id:
        return found
    told = names_for(store, {best}).get(best, {}).get("name")
    return Resolved(best, found.type, str(told or found.name))


def one_each(dataset: Dataset, found: Iterable[Found]) -> list[Found]:
    """What a search found, each party once: under the id that answers name it by."""
    heads: dict[str, Found] = {}
    for f in found:
        head = dataset.canonical(f.id) if f.type in PARTIES else f.id
        heads.setdefault(head, f if head == f.id else replace(f, id=head))
    return list(heads.values())


def nearest(dataset: Dataset, text: str, types: tuple[str, ...], whole: tuple[str, ...]) -> list[Found]:
    """At most five that a text may mean which names none of them: what it is a part of, else what is called nearly so.

    `whole`: types of which a part of the name, or a like one, leads to nothing.
    """
    if not text or len(text) > _MOST or "\x00" in text:
        return []
    found = dataset.names.find(text, types, 5, whole=whole)[0]
    return one_each(dataset, found or dataset.names.near(text, types, 5, whole=whole))


def names_for(store: GraphStore, ids: set[str]) -> dict[str, dict[str, Any]]:
    """Type and name of parties, by id; the canonical ids among them are nodes of their own."""
    found: dict[str, dict[str, Any]] = {}
    for type_ in (*PARTIES, "Contact", "Concert"):
        # Most are parties of the first kinds: where all are found no other kind is asked for.
        wanted = sorted(ids - found.keys())
        if not wanted:
            break
        name = "n.value" if type_ == "Contact" else "n.name" if type_ != "Concert" else "n.id"
        rows = store.query(
            f"UNWIND $ids AS i MATCH (n:{type_} {{id: i}}) RETURN n.id AS id, {name} AS name", {"ids": wanted}
        ).to_pylist()
        for row in rows:
            found.setdefault(row["id"], {"type": type_, "name": row["name"] or ""})
    return found


def told_of(store: GraphStore, undecided: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What those that can't be decided are about, by id: parties by name, lots by their tender and themselves."""
    gaps = list(undecided)
    parties = names_for(store, {i for gap in gaps for i in gap["subjects"]}) if gaps else {}
    lots = {gap["scope"]["id"] for gap in gaps if gap["scope"]["kind"] == "lot"}
    named = {i: str(one["name"]) for i, one in parties.items() if one["type"] in PARTIES and one["name"]}
    return named | (lot_names(store, lots) if lots else {})


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"
