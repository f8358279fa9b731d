"""Search by Chinese name, pinyin or id: an SQLite full-text index beside the store, made again for each state of the data.

The engine has no full text without a network. Names stand in the index as single characters, so that any run of
characters is found as a phrase; pinyin and its initials stand from every syllable on, so that a prefix finds them.
"""

from __future__ import annotations

import difflib
import os
import re
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl
from pypinyin.constants import PINYIN_DICT

from graph.stores import GraphStore
from loaders.identity import asked_forms

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
_COLUMNS: Final = ("id", "name", "kind")
_SYLLABLES: Final = 6
"""From how many of a name's first syllables on pinyin is found."""
_SPELT: Final = 24
"""Syllables of a name that are spelt out."""
_CANDIDATES: Final = 400
_SECONDS: Final = 1.0
"""A search ends then with what it has, and says that there may be more."""
_STEPS: Final = 20_000
"""Steps of the database between two looks at the clock."""
_NEAR_SECONDS: Final = 0.3
_NEAR_WORDS: Final = 40
"""Characters of a name whose like is looked for."""
_LIKE: Final = 0.6
"""Twice what two names have in common, of both together: less is another name."""
_LEGAL_FORM: Final = re.compile(
    r"(?:股份|集团|总|控股)?(?:有限责任公司|有限责任|有限公司|有限|公司)$|(?:合伙企业|合伙)$"
)
_BRACKETED: Final = re.compile(r"\((?:本部|总部|有限合伙|普通合伙|特殊普通合伙|国有独资|已?更名|原名?.*)\)")
_NOTED: Final = re.compile(r"(?<=.)\([^()]*\)$")
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HAN_OF_POLARS: Final = r"([\x{3400}-\x{9fff}\x{f900}-\x{faff}\x{20000}-\x{3ffff}])"
_NOT_WORDS_OF_POLARS: Final = r"[^\p{L}\p{N}\p{M}]"
"""Signs, of which a search says nothing either; the index would take some of them, as emoji, for words."""
_BATCH: Final = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """A party, lot, tender or household. `matched`: id, name, former_name, pinyin or near. `former`: a former name of it
    was met, be its present one too.
    """

    id: str
    type: str
    name: str
    kind: str
    matched: str
    former: bool = False


def one_name(name: str, other: str) -> bool:
    """Whether two texts are one name in two spellings: full or half width, with or without spaces."""
    return name == other or _spelling(name) == _spelling(other)


def _spelling(name: str) -> str:
    # As `graph.names.name_key` has it, without a table for each.
    return "".join(unicodedata.normalize("NFKC", name).split())


class NameIndex:
    """The index for one state of the data; any number of threads may ask it."""

    def __init__(self, path: Path, fingerprint: str):
        self._path, self.fingerprint = path, fingerprint
        self._local = threading.local()

    @classmethod
    def open(cls, path: Path, store: GraphStore, fingerprint: str) -> NameIndex:
        """The index of this state, made where the file is of another one."""
        path = path.absolute()
        made = path.with_name(f"{path.stem}-{fingerprint}{path.suffix}")
        if not made.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            building = made.with_suffix(".building")
            building.unlink(missing_ok=True)
            os.close(os.open(building, os.O_CREAT | os.O_WRONLY, 0o600))
            _fill(building, store)
            building.replace(made)
        for old in path.parent.glob(f"{path.stem}-*"):
            if old != made:
                old.unlink(missing_ok=True)
        return cls(made, fingerprint)

    def find(
        self, text: str, types: Iterable[str] = TYPES, limit: int = 20, *, whole: Iterable[str] = ()
    ) -> tuple[list[Found], bool]:
        """At most `limit` entries, best first, and whether there are more: ids, then whole names, then the shortest.

        `whole`: types whose names are found only where the text is all of them.
        """
        wanted = [t for t in TYPES if t in set(types)]
        text = unicodedata.normalize("NFKC", text).strip()
        if not text or not wanted:
            return [], False
        by_id = self._by_id(asked_forms(text), wanted)
        closed = [t for t in wanted if t in set(whole)]
        by_name, cut = self._by_name(text, [t for t in wanted if t not in closed])
        by_name += [row for row in self._by_name(text, closed)[0] if one_name(row[2], text)]
        found: dict[tuple[str, str], Found] = {}
        for type_, id_, name, kind, matched in (*by_id, *by_name):
            former, known = matched == "former_name", found.get((type_, id_))
            if known is None:
                found[type_, id_] = Found(id_, type_, name, kind, matched, former)
            elif former != (known.matched == "former_name") and known.matched != "id":
                # Whom the present name leads to is not told as found by one it bore.
                said = known.matched if former else matched
                found[type_, id_] = replace(known, matched=said, former=True)
        ranked = sorted(
            found.values(),
            key=lambda f: (f.matched != "id", not one_name(f.name, text), f.matched == "pinyin"),
        )
        return ranked[:limit], cut or len(ranked) > limit

    def near(
        self, text: str, types: Iterable[str] = TYPES, limit: int = 5, *, whole: Iterable[str] = ()
    ) -> list[Found]:
        """What is called nearly so, the likest first; for where `find` finds nothing. Takes a third of a second at most.

        Names that part from the text in their legal form, in what stands in brackets, in single characters, or are
        written in other characters of the same sound. `whole`: types that are not looked for, as in `find`.
        """
        wanted = [t for t in TYPES if t in set(types) - set(whole)]
        text = "".join(unicodedata.normalize("NFKC", text).split())
        whole_core = _core(text)
        # What is noted behind a name (牵头人, 联合体成员) may stand in brackets too; a place there belongs to the name.
        core = _core(_NOTED.sub("", text)) or whole_core
        words = _words(core)
        if not wanted or not 2 <= len(words) <= _NEAR_WORDS or not any(map(_HAN.match, words)):
            return []
        until = time.monotonic() + _NEAR_SECONDS
        size = min(4, max(2, len(words) - 1))
        runs = [words[at : at + size] for at in range(len(words) - size + 1)]
        asked = [f'han : "{" ".join(words)}"']
        if spelt := "".join(_sounds(core).split()):
            asked.append(f'pinyin : "{spelt}"*')
        asked += [f'han : "{" ".join(run)}"' for run in runs]
        likest: dict[tuple[str, str], tuple[float, Found]] = {}
        for number, expression in enumerate(asked):
            rows, more = self._rows(expression, "near", wanted, until)
            if more and number:
                # A run that very many names share tells none of them from another.
                continue
            for type_, id_, shown, kind, _ in rows:
                like = max(_likeness(one, shown) for one in {core, whole_core})
                if like >= _LIKE and like > likest.get((type_, id_), (0.0,))[0]:
                    likest[type_, id_] = like, Found(id_, type_, shown, kind, "near")
        ranked = sorted(likest.values(), key=lambda one: (-one[0], one[1].name, one[1].id))
        return [found for _, found in ranked[:limit]]

    def _by_id(self, forms: tuple[str, ...], types: list[str]) -> list[tuple[str, ...]]:
        listed = ",".join("?" * len(types))
        found: list[tuple[str, ...]] = []
        for form in forms:
            bare = form.casefold()
            # Few letters begin too many ids: such an id is found when it is whole.
            if len(bare) < 4:
                found += self._connection.execute(
                    f"SELECT type, id, shown, kind, 'id' FROM entries WHERE bare = ? AND type IN ({listed}) LIMIT 50",  # noqa: S608
                    (bare, *types),
                ).fetchall()
                continue
            found += self._connection.execute(
                f"SELECT type, id, shown, kind, 'id' FROM entries WHERE id = ? AND type IN ({listed}) UNION ALL "  # noqa: S608
                "SELECT * FROM (SELECT type, id, shown, kind, 'id' FROM entries WHERE bare >= ? AND bare < ? "
                f"AND type IN ({listed}) LIMIT 50)",
                (form, *types, bare, bare + "\U0010ffff", *types),
            ).fetchall()
        return found

    def _by_name(self, text: str, types: list[str]) -> tuple[list[tuple[str, ...]], bool]:
        """Rows, and whether there may be more."""
        expression, matched = _expression(text)
        if not expression or not types:
            return [], False
        return self._rows(expression, matched, types, time.monotonic() + _SECONDS)

    def _rows(
        self, expression: str, matched: str, types: list[str], until: float
    ) -> tuple[list[tuple[str, ...]], bool]:
        """What an expression of the index finds of these types until a time, and whether there may be more."""
        if len(types) < len(TYPES):
            expression = f"({expression}) AND type : ({' OR '.join(t.casefold() for t in types)})"
        connection = self._connection
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        rows: list[tuple[str, ...]] = []
        try:
            asked = connection.execute(
                "SELECT e.type, e.id, e.shown, e.kind, e.former FROM names n JOIN entries e ON e.rowid = n.rowid "
                "WHERE names MATCH ? ORDER BY n.rowid LIMIT ?",
                (expression, _CANDIDATES),
            )
            for type_, id_, shown, kind, former in asked:
                rows.append((type_, id_, shown, kind, "former_name" if former else matched))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return rows, True
        finally:
            connection.set_progress_handler(None, 0)
        return rows, len(rows) >= _CANDIDATES

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
        return f'han : "{" ".join(_words(text))}"', "name"
    words_ = re.findall(r"[0-9a-zà-ɏ]+", text.casefold())
    if not words_:
        return "", "name"
    spelt = "".join(words_)
    return f'han : "{" ".join(words_)}"* OR pinyin : "{spelt}"*', "pinyin"


def _words(text: str) -> list[str]:
    """As the index parts a text: Chinese characters one by one, other words whole."""
    return re.findall(r"\w+", _HAN.sub(lambda m: f" {m[0]} ", text.casefold()))


def _core(name: str) -> str:
    """A name without its legal form and what brackets say of it; the name itself where nothing else is left."""
    return _LEGAL_FORM.sub("", _BRACKETED.sub("", name)) or name


def _likeness(core: str, name: str) -> float:
    """How like a name is to what was asked for, both without legal form and brackets: 1 = the same, or of one sound."""
    own = "".join(unicodedata.normalize("NFKC", name).split())
    own = _core(own)
    if own == core or _sounds(own) == _sounds(core) != "":
        return 1.0
    return difflib.SequenceMatcher(None, core, own, autojunk=False).ratio()


def _fill(path: Path, store: GraphStore) -> None:
    connection = sqlite3.connect(path)
    try:
        # Prefixes of one to three letters are kept ready: of millions of names they would be gathered for seconds.
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
            "CREATE TABLE entries(type TEXT, id TEXT, bare TEXT, shown TEXT, kind TEXT, former INT);"
            "CREATE VIRTUAL TABLE names USING fts5(han, pinyin, type, content='', columnsize=0, detail=full, "
            "prefix='1 2 3', tokenize=\"unicode61 remove_diacritics 2\");"
        )
        entries = _entries(store)
        for start in range(0, entries.height, _BATCH):
            part = entries.slice(start, _BATCH).with_columns(
                han=pl.col("name")
                .str.normalize("NFKC")
                .str.replace_all(_NOT_WORDS_OF_POLARS, " ")
                .str.replace_all(_HAN_OF_POLARS, " $1 ")
            )
            rows = list(part.iter_rows(named=True))
            connection.executemany(
                "INSERT INTO entries(rowid, type, id, bare, shown, kind, former) VALUES (?,?,?,?,?,?,?)",
                [
                    (
                        n,
                        r["type"],
                        r["id"],
                        r["id"].partition(":")[2].casefold(),
                        r["shown"],
                        r["kind"],
                        r["former"],
                    )
                    for n, r in enumerate(rows, start + 1)
                ],
            )
            connection.executemany(
                "INSERT INTO names(rowid, han, pinyin, type) VALUES (?,?,?,?)",
                [
                    (n, r["han"], _spelt(r["name"]), r["type"].casefold())
                    for n, r in enumerate(rows, start + 1)
                    if r["name"]
                ],
            )
        connection.execute("CREATE INDEX by_bare ON entries(bare)")
        connection.execute("CREATE INDEX by_id ON entries(id)")
        connection.execute("INSERT INTO names(names) VALUES ('optimize')")
        connection.commit()
    finally:
        connection.close()


def _entries(store: GraphStore) -> pl.DataFrame:
    """`type`, `id`, `name` as searched, `shown`, `kind`, `former`; the shortest names first.

    The order of rows is then the order of answers, and a search may stop early.
    """
    frames = [_asked(store, type_, query).with_columns(shown="name", former=0) for type_, query in _SOURCES]
    shown = pl.concat(frames).select("type", "id", "shown")
    for type_, query in _ALSO:
        also = _asked(store, type_, query).join(shown, on=["type", "id"], how="left")
        frames.append(
            also.filter(pl.col("name") != pl.col("shown").fill_null(""), pl.col("name") != "").with_columns(
                pl.col("shown").fill_null(pl.col("name")), former=1
            )
        )
    return pl.concat([f.select("type", *_COLUMNS, "shown", "former") for f in frames]).sort(
        pl.col("name").str.len_chars(), "name", "id"
    )


def _asked(store: GraphStore, type_: str, query: str) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = dict.fromkeys(_COLUMNS, pl.String())
    table = store.query(query, timeout=600)
    frame = pl.DataFrame(schema=schema)
    if table.num_rows:
        frame = pl.DataFrame(pl.from_arrow(table)).cast(dict(schema))  # type: ignore[arg-type]
    return frame.with_columns(pl.col("name", "kind").fill_null("")).with_columns(type=pl.lit(type_))


def _spelt(name: str) -> str:
    """Pinyin without tones and its initials, from each of the first syllables on."""
    syllables = name.translate(_SPELLING).split()[:_SPELT]
    words: list[str] = []
    initials = "".join([s[0] for s in syllables])
    for at in range(min(len(syllables), _SYLLABLES)):
        words.append("".join(syllables[at:]))
        words.append(initials[at:])
    return " ".join(words)


class _Spelling(dict[int, str]):
    """Each character's first reading and a space, for `str.translate`; nothing for what has none."""

    def __missing__(self, character: int) -> str:
        readings = PINYIN_DICT.get(character)
        spelt = ""
        if readings:
            first = unicodedata.normalize("NFD", readings.split(",")[0]).replace("u\u0308", "v")
            spelt = "".join(c for c in first if not unicodedata.combining(c)) + " "
        self[character] = spelt
        return spelt


_SPELLING: Final = _Spelling()


def _sounds(text: str) -> str:
    return " ".join(text.translate(_SPELLING).split())
