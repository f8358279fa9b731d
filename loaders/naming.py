"""Which node a person means: a full id, a bare value, or a name, where only one fits."""

from __future__ import annotations

import difflib
import unicodedata
from typing import Any, Final

import polars as pl

from graph.penetration.identities import canonical_ids
from graph.stores import GraphStore
from loaders.identity import asked_forms, looks_like_person_number, mask
from loaders.lot_numbers import known_id

_MOST_SHOWN: Final = 60


class NamingError(ValueError):
    """Nothing, or more than one, is called that; the message lists what is near."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


_SEE_STATUS: Final = (
    "可用 lookthrough status 查看已导入的数据。",
    "See lookthrough status for what is loaded.",
)


def find_node(
    store: GraphStore, text: str, types: tuple[str, ...], see: tuple[str, str] = _SEE_STATUS
) -> str:
    """The id of the one node of these types that `text` names. Raises `NamingError`.

    `see`: where to look, in Chinese and English, where nothing is called anything like it.
    """
    text = text.strip()
    if not text:
        raise NamingError("名称为空。请写出编号或全称。", "The name is empty. Give an id or a full name.")
    forms = asked_forms(text)
    personal = bool(looks_like_person_number(pl.Series(forms)).any())
    if personal and "Person" in types:
        raise NamingError(
            "个人证件号不能写在命令行参数里（会留在命令历史中）。请用 - 代替，再按提示输入。",
            "A person's number does not belong on the command line (it stays in the history): give - and type it "
            "when asked.",
        )
    found: dict[str, str] = {}
    lots = tuple(dict.fromkeys(known_id(form) for form in forms)) if "Lot" in types else ()
    for type_ in types:
        name = "n.title" if type_ in ("Tender", "Lot", "Project") else "n.name"
        name = "n.region" if type_ in ("Household", "Property", "Benefit", "Bid") else name
        for id_ in dict.fromkeys((*forms, *(lots if type_ == "Lot" else ()))):
            exact = store.query(
                f"MATCH (n:{type_} {{id: $id}}) RETURN n.id AS id, {name} AS name", {"id": id_}
            )
            if exact.num_rows:
                return id_
        tails = [":" + form for form in forms]
        if type_ == "Lot":
            # A lot's number is its own within a tender: `scheme:<tender>/<lot>`.
            tails += [":" + lot for lot in lots]
            tails += [end for form in forms for end in ("/" + form, known_id(f"/{form}")) if end]
        asked: dict[str, Any] = {f"tail{n}": tail for n, tail in enumerate(dict.fromkeys(tails))}
        conditions = [f"n.id ENDS WITH ${tail}" for tail in asked]
        if type_ in ("Company", "Person", "Tender", "Lot"):
            asked["spellings"] = _spellings(text)
            conditions.append(f"{name} IN $spellings")
        near = store.query(
            f"MATCH (n:{type_}) WHERE {' OR '.join(conditions)} RETURN n.id AS id, {name} AS name", asked
        )
        found |= {row["id"]: row["name"] or "" for row in near.to_pylist()}
    if not found and "Company" in types:
        found = _formerly(store, _spellings(text))
    found = _one_party_once(store, found)
    identified = {i: n for i, n in found.items() if not i.startswith(("name:", "scoped:"))}
    # A bare mention by name and the identified company of that name are one and the same party.
    if len(identified) == 1:
        return next(iter(identified))
    if len(found) == 1:
        return next(iter(found))
    shown = mask(text) if personal else text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
    if found:
        listed = "；".join(f"{i} {n}".strip() for i, n in sorted(found.items())[:10])
        raise NamingError(
            f"“{shown}”对应多个对象，请写完整编号：{listed}。",
            f"“{shown}” names more than one: give the full id. Candidates: {listed}.",
        )
    near_ids = _near(store, text, types)
    hint_zh = f"相近的有：{'；'.join(near_ids)}。" if near_ids else see[0]
    hint_en = f"Near: {'; '.join(near_ids)}." if near_ids else see[1]
    raise NamingError(f"没有找到“{shown}”。{hint_zh}", f"Nothing is called “{shown}”. {hint_en}")


def _spellings(name: str) -> list[str]:
    """A name as it was typed, and as it is most often written: brackets and letters full or half width."""
    half = "".join(unicodedata.normalize("NFKC", name).split())
    return sorted({name, half, half.replace("(", "（").replace(")", "）")})


def _formerly(store: GraphStore, spellings: list[str]) -> dict[str, str]:
    rows = store.query(
        "MATCH (m:Name)-[r:NAMES]->(n:Company) WHERE r.counted AND m.name IN $spellings "
        "RETURN n.id AS id, n.name AS name",
        {"spellings": spellings},
    )
    return {row["id"]: row["name"] or "" for row in rows.to_pylist()}


def _one_party_once(store: GraphStore, found: dict[str, str]) -> dict[str, str]:
    """Of one party that stands there under several ids only the best of them."""
    if len(found) < 2:
        return found
    pairs = [
        pair
        for type_ in ("Company", "Person")
        for pair in store.query(
            f"MATCH (a:{type_})-[r:SAME_AS]->(b:{type_}) WHERE a.id IN $ids OR b.id IN $ids "
            f"RETURN a.id AS from_id, b.id AS to_id, r.by AS by, '{type_}' AS type",
            {"ids": sorted(found)},
        ).to_pylist()
    ]
    head = canonical_ids(pairs)
    return {head.get(id_, id_): name for id_, name in sorted(found.items())}


def _near(store: GraphStore, text: str, types: tuple[str, ...]) -> list[str]:
    """Up to five ids whose value or name resembles the text."""
    candidates: dict[str, str] = {}
    for type_ in types:
        name = (
            "n.name"
            if type_ in ("Company", "Person")
            else "n.title"
            if type_ in ("Tender", "Lot")
            else "n.id"
        )
        rows = store.query(f"MATCH (n:{type_}) RETURN n.id AS id, {name} AS name LIMIT 50000").to_pylist()
        for row in rows:
            bare = row["id"].partition(":")[2]
            candidates[bare] = row["id"]
            if type_ == "Lot":
                candidates[bare.rpartition("/")[2]] = row["id"]
            if row["name"]:
                candidates[row["name"]] = row["id"]
    bare = text.partition(":")[2] or text
    # A short name within the full one is far from it by any measure of likeness.
    within = sorted((c for c in candidates if len(bare) > 1 and bare in c), key=lambda c: (len(c), c))[:5]
    alike = difflib.get_close_matches(bare, candidates, n=5, cutoff=0.6)
    return list(dict.fromkeys(_shown(candidates[c], c) for c in (*within, *alike)))[:5]


def _shown(id_: str, text: str) -> str:
    """An id, with the name that was near where it was one."""
    return id_ if text in id_ else f"{id_} {text}"
