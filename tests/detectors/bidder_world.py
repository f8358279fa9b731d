"""Small invented worlds for the detectors of ties between bidders: tables in, findings of both stores out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd
import pytest

from detectors.definition import Detector
from detectors.finding import Finding
from detectors.running.detecting import detect
from detectors.running.runner import Run
from graph.records import Extract
from graph.stores import Credentials, open_store
from loaders.frames import load_frame
from loaders.identity import PersonKey

KEY = PersonKey(b"a key for tests only, of no use")
REGIME = "工程建设"


class World:
    """Rows of the tables, filled scene by scene; company `A1` is `local:A1`, lot 1 of tender T is `local:T/1`."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: str, **row: Any) -> None:
        """One row of a table."""
        self.tables[table].append(row)

    def tender(self, id_: str, deadline: str = "2025-03-01", **more: Any) -> None:
        """A tender of open bidding under the Bidding Law, unless told otherwise."""
        row = {"title": f"测试项目{id_}", "regime": REGIME, "method": "公开招标", "bid_deadline": deadline}
        self.add("tenders", id=id_, **(row | more))

    def bid(self, tender: str, bidder: str, lot: str = "1", **more: Any) -> None:
        """One bid; the bidder's name is made of its id."""
        self.add("bids", tender_id=tender, lot_id=lot, bidder_id=bidder, bidder_name=name(bidder), **more)

    def lot(self, tender: str, *bidders: str, deadline: str = "2025-03-01", **more: Any) -> str:
        """A tender of one lot with these bidders; gives the lot's id."""
        self.tender(tender, deadline, **more)
        for bidder in bidders:
            self.bid(tender, bidder)
        return f"local:{tender}/1"

    def post(self, person: str, company: str, role: str = "法定代表人", **more: Any) -> None:
        """A person's post in a company."""
        self.add(
            "positions",
            person_id=person,
            person_name=f"测试人{person}",
            company_id=company,
            role=role,
            **more,
        )

    def holds(self, holder: str, company: str, percent: float, **more: Any) -> None:
        """A shareholding; a holder whose id begins with P is a person."""
        kind = "person" if holder.startswith("P") else "company"
        label = f"测试人{holder}" if kind == "person" else name(holder)
        row = {"holder_id": holder, "holder_name": label, "holder_kind": kind, "share_percent": percent}
        self.add("shareholdings", company_id=company, company_name=name(company), **(row | more))

    def extract(self) -> Extract:
        """All tables as one load."""
        whole = Extract("test")
        for table, rows in self.tables.items():
            columns = list(dict.fromkeys(c for r in rows for c in r))
            frame = pd.DataFrame([[r.get(c) for c in columns] for r in rows], columns=columns, dtype=object)
            units = {"amount": "元", "estimate": "元", "deposit": "元", "deposit_amount": "元"}
            part = load_frame(
                frame,
                table,
                dataset="test",
                person_key=KEY,
                units={c: u for c, u in units.items() if c in columns},
            )
            whole.files += part.files
            for node, frames in part.nodes.items():
                whole.nodes.setdefault(node, []).extend(frames)
            for rel, frames in part.rels.items():
                whole.rels.setdefault(rel, []).extend(frames)
        return whole


def name(company: str) -> str:
    """A company's invented name."""
    return f"虚构{company}建设有限公司"


class Found:
    """What a run found, asked lot by lot."""

    def __init__(self, run: Run):
        self.run = run

    def of(self, detector: str, tender: str) -> list[Finding]:
        """All findings of a detector in one tender, its lots included."""
        scopes = (f"local:{tender}", f"local:{tender}/")
        return [
            f
            for f in self.run.findings
            if f.detector == detector and (f.scope_id == scopes[0] or f.scope_id.startswith(scopes[1]))
        ]

    def one(self, detector: str, tender: str) -> Finding:
        """The only finding, which no rule suppresses."""
        (found,) = self.of(detector, tender)
        assert found.suppressed_by is None, found.suppressed_by
        assert found.evidence.nodes
        for text in found.text.values():
            assert "{" not in text and "  " not in text and "None" not in text and text, text
        for word in ("违法", "串通投标的", "骗"):
            assert word not in found.text["zh"].replace("认定违纪违法", "")
        return found

    def suppressed(self, detector: str, tender: str) -> str:
        """The rule that suppresses the only finding."""
        (found,) = self.of(detector, tender)
        assert found.suppressed_by is not None
        assert found.suppressed_by["reason"] and found.suppressed_by["reason_en"]
        return found.suppressed_by["rule"]

    def undecided(self, detector: str, tender: str) -> list[tuple[str, ...]]:
        """Whom data are missing for, in one tender."""
        return [
            u.subjects
            for d, u in self.run.undecided
            if d == detector and f"local:{tender}" in (u.scope_id, u.scope_id.split("/")[0])
        ]


def ids(*companies: str) -> tuple[str, ...]:
    """Company ids as the graph has them."""
    return tuple(f"local:{c}" for c in companies)


def found_on_both(build: Callable[[World], None], detectors: Sequence[Detector]) -> Any:
    """A module's fixture: the world built, loaded and looked through, once on each store."""

    @pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
    def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
        credentials = Credentials()
        url = str(tmp_path_factory.mktemp("store") / "store")
        if request.param == "neo4j":
            from tests.servers.neo4j_server import clear_rows

            url, credentials = request.getfixturevalue("neo4j_server")
            clear_rows(request.getfixturevalue("_neo4j_driver"))
        world = World()
        build(world)
        with open_store(url, credentials=credentials) as store:
            store.apply(world.extract())
            yield Found(detect(store, detectors))

    return found
