"""After a load, looking at what it touched alone finds what a run over everything finds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cases import FindingFilter, Ledger, open_ledger
from detectors.finding import Finding
from detectors.registry import chosen
from detectors.rules.values import NO_RULES
from detectors.running.changed import detect_changed, judged_in_scope
from detectors.running.detecting import detect
from graph.stores import Credentials, GraphStore, open_store
from tests.detectors.bidder_world import World, name

FIRMS = [f"F{n}" for n in range(30)]
PEOPLE = [f"P{n}" for n in range(8)]
WANTED = judged_in_scope(chosen(None))


class Loads(World):
    """Random rows of every table that detectors of bidders look at."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)

    def firm(self) -> str:
        return self.random.choice(FIRMS)

    def lots(self, *numbers: int) -> None:
        for n in numbers:
            self.tender(f"T{n}", self.random.choice(["2024-02-01", "2025-03-01"]), buyer_id=self.firm())
            for firm in self.random.sample(FIRMS, self.random.randint(2, 4)):
                self.bid(f"T{n}", firm, amount=self.random.choice([100, 100, 120]) * 1000)

    def holding(self) -> None:
        holder, firm = self.random.choice([*FIRMS, *PEOPLE]), self.firm()
        if holder != firm:
            self.holds(holder, firm, self.random.choice([10, 30, 51, 100]))

    def office(self) -> None:
        role = self.random.choice(["法定代表人", "监事", "执行董事"])
        self.post(self.random.choice(PEOPLE), self.firm(), role)
        # One of the same names, without a number, runs one and owns another.
        named = f"测试人{self.random.choice(PEOPLE)}"
        self.add("positions", person_name=named, company_id=self.firm(), role=role)
        self.add(
            "shareholdings", company_id=self.firm(), holder_name=named, holder_kind="自然人", share_percent=20
        )

    def contact(self) -> None:
        number = self.random.choice(["13900000001", "13900000002"])
        self.add("contacts", party_id=self.firm(), kind="phone", value=number)

    def of_a_bid(self) -> tuple[str, str]:
        return f"T{self.random.randrange(8)}", self.firm()

    def trace(self) -> None:
        tender, firm = self.of_a_bid()
        kind = self.random.choice(["device", "author"])
        self.bid(tender, firm)
        self.add("bid_traces", lot_id=f"{tender}/1", bidder_id=firm, kind=kind, value="AABBCC001122")

    def worker(self) -> None:
        tender, firm = self.of_a_bid()
        self.bid(tender, firm)
        self.add(
            "bid_people",
            lot_id=f"{tender}/1",
            bidder_id=firm,
            person_id=self.random.choice(PEOPLE),
            role="项目经理",
        )

    def unit(self) -> None:
        """A firm, by its name alone, hands in a bid: of another, or of itself."""
        tender, firm = self.of_a_bid()
        self.bid(tender, firm)
        self.add(
            "bid_people", lot_id=f"{tender}/1", bidder_id=firm, person_name=name(self.firm()), role="经办单位"
        )

    def subcontract(self) -> None:
        tender, firm = self.of_a_bid()
        self.add(
            "subcontracts",
            lot_id=f"{tender}/1",
            contractor_id=firm,
            subcontractor_id=self.firm(),
            amount=5000,
        )

    def agent(self) -> None:
        self.add("tender_parties", tender_id=self.of_a_bid()[0], party_id=self.firm(), role="招标代理")

    def renamed(self) -> None:
        firm = self.firm()
        self.add("companies", id=firm, name=name(firm), founded_on="2024-01-15", kind="有限责任公司")

    def concert(self) -> None:
        for party in self.random.sample([*FIRMS, *PEOPLE], 2):
            self.add("concerts", concert_id="K1", party_id=party)

    def trust(self) -> None:
        """Who holds in a firm holds for somebody else, who may be named."""
        firm, nominee = self.firm(), self.random.choice(PEOPLE)
        self.holds(nominee, firm, self.random.choice([20, 30]))
        for interest in ("代持人", *(["实际出资人"] if self.random.random() < 0.8 else [])):
            if interest == "实际出资人" and self.random.random() < 0.3:
                # A company, whose owners are who benefits.
                self.add("control", party_id=self.firm(), company_id=firm, interest=interest)
                continue
            party = nominee if interest == "代持人" else self.random.choice(PEOPLE)
            self.add("control", party_id=f"person.local:{party}", company_id=firm, interest=interest)

    def manages(self) -> None:
        """Who manages without shares; a firm that was somebody's branch all the time."""
        for interest in ("托管", "承包经营"):
            party = self.random.choice([*FIRMS, *(f"person.local:{p}" for p in PEOPLE)])
            self.add("control", party_id=party, company_id=self.firm(), interest=interest)

    def branch(self) -> None:
        one, other = self.random.sample(FIRMS, 2)
        self.add("companies", id=one, name=name(one), parent_id=other, kind="分公司")

    def dated(self) -> None:
        self.tender(self.of_a_bid()[0], "2025-06-01", published_on="2025-05-25")

    def outside(self) -> None:
        """What detectors of recipients alone look at."""
        self.add(
            "properties", id="999999001001GB00001F00010009", owner_id=self.random.choice(PEOPLE), kind="住宅"
        )


KINDS = (
    *(
        "holding",
        "office",
        "contact",
        "trace",
        "worker",
        "unit",
        "subcontract",
        "agent",
        "renamed",
        "concert",
        "trust",
        "manages",
        "branch",
        "dated",
    ),
    "outside",
)


def base(seed: int) -> Loads:
    world = Loads(seed)
    world.lots(*range(8))
    for _ in range(12):
        world.holding()
    world.trust()
    world.manages()
    world.branch()
    for kind in ("office", "contact", "trace", "worker", "renamed"):
        for _ in range(3):
            getattr(world, kind)()
    return world


def told(findings: list[Finding]) -> dict[str, object]:
    return {f.fingerprint: f.to_json() for f in findings}


def look_again(
    store: GraphStore, ledger: Ledger, since: str, state: dict[str, object]
) -> tuple[dict[str, object], int]:
    """The state of findings after looking at what changed, and how many lots were looked at."""
    found = detect_changed(store, since, WANTED)
    assert found is not None
    ledger.record_run(found.run, WANTED, NO_RULES, store.fingerprint(), "tests", narrowed=found.narrowed)
    stands = {
        id_: f
        for id_, f in state.items()
        if not found.narrowed.covers(f["detector"], (f["scope"]["kind"], f["scope"]["id"]))  # type: ignore[index]
    }
    return stands | told(list(found.run.findings)), sum(k == "lot" for k, _ in found.narrowed.scopes)


def every_finding(ledger: Ledger) -> set[str]:
    return {r.id for r in ledger.findings(FindingFilter(found=True), None, 1000)}


@pytest.mark.parametrize("seed", range(4))
def test_what_changed_looked_at_alone_is_what_everything_gives(tmp_path: Path, seed: int) -> None:
    few = 0
    with open_store(tmp_path / "store") as store, open_ledger(tmp_path / "ledger.db") as ledger:
        store.apply(base(seed).extract())
        first = detect(store, WANTED)
        ledger.record_run(first, WANTED, NO_RULES, store.fingerprint(), "tests")
        state = told(list(first.findings))
        order = list(KINDS)
        random.Random(seed).shuffle(order)
        for n, kind in enumerate(order):
            since = ledger.looked_at(WANTED, NO_RULES)
            assert since == store.fingerprint()
            world = Loads(1000 * seed + n)
            getattr(world, kind)()
            if n % 4 == 3:
                world.lots(100 + n)
            if not any(world.tables.values()):
                continue
            store.apply(world.extract())
            state, lots = look_again(store, ledger, since, state)
            whole = told(list(detect(store, WANTED).findings))
            assert state == whole, kind
            assert every_finding(ledger) == set(whole), kind
            few += lots < 8
        assert ledger.verify_audit().ok
    assert few > 3, "every load touched every lot: nothing is shown of leaving some out"


def test_on_either_store(store_url: str, store_credentials: Credentials, tmp_path: Path) -> None:
    with (
        open_store(store_url, "write", credentials=store_credentials) as store,
        open_ledger(tmp_path / "ledger.db") as ledger,
    ):
        store.apply(base(7).extract())
        first = detect(store, WANTED)
        ledger.record_run(first, WANTED, NO_RULES, store.fingerprint(), "tests")
        since, state = store.fingerprint(), told(list(first.findings))
        for n, kind in enumerate(("holding", "trace", "contact")):
            world = Loads(70 + n)
            getattr(world, kind)()
            store.apply(world.extract())
        state, _ = look_again(store, ledger, since, state)
        assert state == told(list(detect(store, WANTED).findings))


def test_where_it_reaches_too_far_everything_is_to_be_run(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store, open_ledger(tmp_path / "ledger.db") as ledger:
        store.apply(base(1).extract())
        since = store.fingerprint()
        assert ledger.looked_at(WANTED, NO_RULES) is None
        world = Loads(5)
        world.holding()
        batch = store.apply(world.extract()).batch_id
        assert detect_changed(store, since, WANTED) is not None
        assert detect_changed(store, "0" * 16, WANTED) is None
        later = store.fingerprint()
        store.unload(batch)
        assert detect_changed(store, later, WANTED) is None
        world = Loads(6)
        world.add("debarments", party_id="F1", authority="示例主管部门", valid_from="2024-01-01")
        store.apply(world.extract())
        assert detect_changed(store, since, WANTED) is None
