"""What commands that ask about ownership share: their arguments, the party meant, ownership ready to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import typer

from graph.current_ownership import current_ownership
from graph.penetration import Ownership, OwnershipError
from graph.penetration.identities import IdentityMode
from graph.stores import GraphStore
from loaders.naming import NamingError, find_node
from lookthrough.cli.console import Session, percent, written_date
from lookthrough.cli.people import asked_person
from lookthrough.cli.usage import not_one_of

CompanyArgument = Annotated[
    str, typer.Argument(metavar="COMPANY", help="企业编号、代码或全称 · id, code or name", show_default=False)
]
OneCompanyArgument = Annotated[
    str | None,
    typer.Argument(metavar="COMPANY", help="企业编号、代码或全称 · id, code or name", show_default=False),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        callback=written_date("--as-of"),
        help="截至日期，默认今天 · as of this date",
        show_default=False,
    ),
]
IdentityOption = Annotated[
    str,
    typer.Option(
        "--identity", metavar="standard|strict", help="strict：不按名称合并 · strict: never join by name"
    ),
]
PARTIES = ("Company", "Person", "Concert")
"""Node types a party can be."""


@dataclass(frozen=True)
class Question:
    """A store and its ownership while a command asks them. `loading`: a load is under way."""

    session: Session
    store: GraphStore
    ownership: Ownership
    loading: bool

    def company(self, text: str) -> str:
        """The id of a company. Raises `NamingError`, `OwnershipError` where it is a person."""
        try:
            return find_node(self.store, text, ("Company",))
        except NamingError as error:
            self._refuse_person(text, error)
            raise

    def party(self, text: str) -> str:
        """The id of a company, a person or a concert; `-` asks for a person's number. Raises `NamingError`."""
        if text.strip() == "-":
            return asked_person(self.session, self.store)
        return find_node(self.store, text, PARTIES)

    def name(self, id_: str) -> str:
        """The name of a party, else its id."""
        try:
            return self.ownership.nodes["name"][self.ownership.node_of(id_)] or id_
        except OwnershipError:
            return id_

    def shown(self, id_: str) -> str:
        """The name of a party; of one that nobody names, that, with its id behind it."""
        try:
            unnamed = self.ownership.node_of(id_) in self._unnamed
        except OwnershipError:
            unnamed = False
        if not unnamed:
            return self.name(id_)
        return self.session.say(f"未具名的所有人（{id_}）", f"an unnamed owner ({id_})")

    def called(self, id_: str, among: Iterable[str]) -> str:
        """The name of one of several parties; with its id behind it where another of them bears the name too."""
        name = self.name(id_)
        alone = name == id_ or all(other == id_ or self.name(other) != name for other in among)
        return name if alone else f"{name} ({id_})"

    def with_names(self, text: str, ids: Iterable[str]) -> str:
        """A sentence of an answer, its parties called by name in place of id."""
        # The longest first: an id may begin another.
        listed = sorted(set(ids), key=lambda id_: (-len(id_), id_))
        if not listed:
            return text
        return re.sub("|".join(map(re.escape, listed)), lambda found: self.called(found[0], listed), text)

    @cached_property
    def _unnamed(self) -> frozenset[int]:
        return frozenset(self.ownership.unnamed["node"].to_list())

    def places(self, sources: Iterable[str]) -> list[str]:
        """Where records came from, for people: file, sheet, row or statement."""
        # Imported where needed: exports take a while.
        from exports.sources import Source

        found = []
        for source in map(Source.read, sources):
            # A file that is loaded no more is known by its hash alone.
            name = self._files.get((source.batch, source.file), source.file)
            sheet = f" / {source.sheet}" if source.sheet else ""
            found.append(f"{name}{sheet} {self.session.say('行', 'row')} {source.row}")
        return sorted(set(found))

    @cached_property
    def _files(self) -> dict[tuple[str, str], str]:
        return {(b.id, f["sha256"][:12]): f["name"] for b in self.store.batches() for f in b.files}

    def warn_of_loads(self) -> None:
        """Say on stderr that a load is under way."""
        if self.loading:
            self.session.tell(
                "有批次正在导入，结果可能不完整。",
                "A load is under way: the answer may be incomplete.",
                "yellow",
            )

    def _refuse_person(self, text: str, error: NamingError) -> None:
        try:
            find_node(self.store, text, ("Person",))
        except NamingError:
            return
        raise OwnershipError(
            f"“{text}”是自然人，没有股东：请给出企业；要查其控制的企业，用 lookthrough controls。",
            f"“{text}” is a person and has no holders: give a company. What a person controls: lookthrough controls.",
        ) from error


@contextmanager
def asking(s: Session, identity: str = "standard") -> Iterator[Question]:
    """The store and its ownership. Raises `NoOwnershipError`, a `StoreError`, `typer.BadParameter`."""
    mode = identity_mode(identity)
    with s.store() as store:
        ownership = current_ownership(store, mode).require()
        loading = any(b.state != "done" for b in store.batches())
        yield Question(s, store, ownership, loading)


def identity_mode(text: str) -> IdentityMode:
    """The identity mode as written. Raises `typer.BadParameter`."""
    if text == "standard":
        return "standard"
    if text == "strict":
        return "strict"
    raise not_one_of(text, ("standard", "strict"), "--identity")


def share_text(low: float | None, high: float | None, min_open: bool = False, max_open: bool = False) -> str:
    """A share for people: 42.00%, a range with its open ends said, "?" where nothing is known."""
    if low is not None and high is not None and abs(high - low) <= 1e-12:
        return percent(low)
    text = percent(None, low, high)
    if text == "?":
        return text
    begin, _, end = text.partition("–")
    return f"{'>' if min_open else ''}{begin}–{'<' if max_open else ''}{end}"
