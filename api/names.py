"""Search by Chinese name, pinyin or id: an SQLite full-text index beside the store, made again for each state of the data.

The engine has no full text without a network. Names stand in the index as single characters, so that any run of
characters is found as a phrase; pinyin and its initials stand from every syllable on, so that a prefix finds them.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from pypinyin.constants import PINYIN_DICT

from graph.stores import GraphStore

_SOURCES: Final = (
    ("Company", "MATCH (n:Company) RETURN n.id AS id, n.name AS name, n.kind AS kind"),
    ("Person", "MATCH (n:Person) RETURN n.id AS id, n.name AS name, '' AS kind"),
    ("Lot", "MATCH (n:Lot) RETURN n.id AS id, n.title AS name, '' AS kind"),
    ("Tender", "MATCH (n:Tender) RETURN n.id AS id, n.title AS name, '' AS kind"),
    ("Household", "MATCH (n:Household) RETURN n.id AS id, '' AS name, n.kind AS kind"),
)
_ALSO: Final = (
    ("Company", "MATCH (m:Name)-[:NAMES]->(n:Company) RETURN n.id AS id, m.name AS name, n.kind AS kind"),
)
TYPES: Final = tuple(type_ for type_, _ in _SOURCES)
_SYLLABLES: Final = 6
"""From how many of a name's first syllables on pinyin is found."""
_CANDIDATES: Final = 400
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BATCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """A party, lot, tender or household. `matched`: id, name, former_name or pinyin."""

    id: str
    type: str
    name: str
    kind: str
    matched: str


class NameIndex:
    """The index for one state of the data; any number of threads may ask it."""

    def __init__(self, path: Path, fingerprint: str):
        self._path, self.fingerprint = path, fingerprint
        self._local = threading.local()

    @classmethod
    def open(cls, path: Path, store: GraphStore, fingerprint: str) -> NameIndex:
        """The index of this state, made where the file is of another one."""
        path = path.resolve()
        made = path.with_name(f"{path.stem}-{fingerprint}{path.suffix}")
        if not made.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            building = made.with_suffix(".building")
            building.unlink(missing_ok=True)
            os.close(os.open(building, os.O_CREAT | os.O_WRONLY, 0o600))
            _fill(building, store)
            building.replace(made)
        for old in path.parent.glob(f"{path.stem}-*{path.suffix}"):
            if old != made:
                old.unlink(missing_ok=True)
        return cls(made, fingerprint)

    def find(self, text: str, types: Iterable[str] = TYPES, limit: int = 20) -> tuple[list[Found], bool]:
        """At most `limit` entries, best first, and whether there are more: ids, then whole names, then the shortest."""
        wanted = set(types)
        text = unicodedata.normalize("NFKC", text).strip()
        if not text:
            return [], False
        found: dict[tuple[str, str], Found] = {}
        rows = [*self._by_id(text), *self._by_name(text)]
        for type_, id_, name, kind, matched in rows:
            if type_ in wanted:
                found.setdefault((type_, id_), Found(id_, type_, name, kind, matched))
        ranked = sorted(
            found.values(), key=lambda f: (f.matched != "id", f.name != text, f.matched == "pinyin")
        )
        return ranked[:limit], len(ranked) > limit

    def _by_id(self, text: str) -> list[tuple[str, ...]]:
        bare = text.casefold()
        return self._connection.execute(
            "SELECT type, id, shown, kind, 'id' FROM entries WHERE bare >= ? AND bare < ? UNION ALL "
            "SELECT type, id, shown, kind, 'id' FROM entries WHERE id = ? LIMIT 50",
            (bare, bare + "\U0010ffff", text),
        ).fetchall() if len(bare) >= 4 else []  # fmt: skip

    def _by_name(self, text: str) -> list[tuple[str, ...]]:
        expression, matched = _expression(text)
        if not expression:
            return []
        rows = self._connection.execute(
            "SELECT e.type, e.id, e.shown, e.kind, e.former FROM names n JOIN entries e ON e.rowid = n.rowid "
            "WHERE names MATCH ? ORDER BY n.rowid LIMIT ?",
            (expression, _CANDIDATES),
        ).fetchall()
        return [(t, i, s, k, "former_name" if former else matched) for t, i, s, k, former in rows]

    @property
    def _connection(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is None:
            known = sqlite3.connect(
                f"{self._path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._local.connection = known
        return known


def _expression(text: str) -> tuple[str, str]:
    """The full-text question a text asks, and what it matches by."""
    if _HAN.search(text):
        return 'han : "' + " ".join(c for c in text if c.isalnum()) + '"', "name"
    words = re.findall(r"[0-9a-zà-ɏ]+", text.casefold())
    if not words:
        return "", "name"
    if len(words) == 1:
        return f'han : "{words[0]}"* OR pinyin : "{words[0]}"*', "pinyin"
    spelt = "".join(words)
    return f'han : "{" ".join(words)}"* OR pinyin : "{spelt}"*', "pinyin"


def _fill(path: Path, store: GraphStore) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE entries(type TEXT, id TEXT, bare TEXT, shown TEXT, kind TEXT, former INT);"
            "CREATE VIRTUAL TABLE names USING fts5(han, pinyin, content='', columnsize=0, detail=full, "
            'tokenize="unicode61 remove_diacritics 2");'
        )
        # The shortest names first: the order of rows is then the order of answers, and a search may stop early.
        rows = sorted(_entries(store), key=lambda r: (len(r[3]), r[3], r[1]))
        numbered = enumerate(rows, 1)
        while part := list(islice(numbered, _BATCH)):
            connection.executemany(
                "INSERT INTO entries(rowid, type, id, bare, shown, kind, former) VALUES (?,?,?,?,?,?,?)",
                [
                    (n, type_, id_, id_.partition(":")[2].casefold(), shown, kind, former)
                    for n, (type_, id_, _, shown, kind, former) in part
                ],
            )
            connection.executemany(
                "INSERT INTO names(rowid, han, pinyin) VALUES (?,?,?)",
                [(n, _spaced(name), _spelt(name)) for n, (_, _, name, _, _, _) in part if name],
            )
        connection.execute("CREATE INDEX by_bare ON entries(bare)")
        connection.execute("CREATE INDEX by_id ON entries(id)")
        connection.execute("INSERT INTO names(names) VALUES ('optimize')")
        connection.commit()
    finally:
        connection.close()


def _entries(store: GraphStore) -> Iterator[tuple[str, str, str, str, str, int]]:
    """(type, id, name as searched, name as shown, kind, former)."""
    shown: dict[str, str] = {}
    for type_, query in _SOURCES:
        for row in store.query(query, timeout=600).to_pylist():
            name = row["name"] or ""
            shown[row["id"]] = name
            yield type_, row["id"], name, name, row["kind"] or "", 0
    for type_, query in _ALSO:
        for row in store.query(query, timeout=600).to_pylist():
            name = row["name"] or ""
            if name and name != shown.get(row["id"]):
                yield type_, row["id"], name, shown.get(row["id"], name), row["kind"] or "", 1


def _spaced(name: str) -> str:
    """Han characters apart, other runs together: each is then a word of the index."""
    return _HAN.sub(lambda m: f" {m[0]} ", unicodedata.normalize("NFKC", name))


def _spelt(name: str) -> str:
    """Pinyin without tones and its initials, from each of the first syllables on."""
    syllables = [s for c in name if (s := _syllable(c))][:24]
    words: list[str] = []
    for at in range(min(len(syllables), _SYLLABLES)):
        words.append("".join(syllables[at:]))
        words.append("".join(s[0] for s in syllables[at:]))
    return " ".join(words)


@cache
def _syllable(character: str) -> str:
    readings = PINYIN_DICT.get(ord(character))
    if not readings:
        return ""
    first = unicodedata.normalize("NFD", readings.split(",")[0]).replace("u\u0308", "v")
    return "".join(c for c in first if not unicodedata.combining(c))
