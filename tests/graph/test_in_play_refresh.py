"""After a load only what lies below what it changed is worked out anew: what stands there then is what a full pass writes."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graph.current_ownership import current_ownership
from graph.in_play import Refreshed, is_current, put_in_play, questions, refresh_in_play
from graph.in_play_changes import affected, marks_since
from graph.ownership_above import ownership_above
from graph.penetration import Ownership, penetrate
from graph.records import Extract, SourceFile, source
from graph.stores import GraphStore, open_store, serve_store
from tests.graph.worlds import holdings

DAYS = [None, "2023-01-01", "2023-07-01", "2024-01-01", "2024-07-01", "2025-01-01"]
FIRMS = [f"local:c{i:02}" for i in range(60)]
PEOPLE = [f"person:{i:032x}" for i in range(8)]


class World:
    """Random facts of one file, as a loader would state them."""

    def __init__(self, name: str, seed: int):
        self.random = random.Random(seed)
        self.file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", 1, 0)
        self.extract = Extract("main", [self.file])
        self.rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        self.number = 1

    def node(self, type_: str, id_: str, **fields: Any) -> None:
        self.rows.setdefault((type_,), []).append({"id": id_, **fields})

    def party(self, id_: str) -> str:
        type_ = "Person" if id_.startswith("person") else "Company"
        self.node(type_, id_, name=f"虚构{id_[-3:]}")
        return type_

    def rel(self, type_: str, a: str, start: str, b: str, end: str, **fields: Any) -> None:
        self.rows.setdefault((type_, start, end), []).append({"from_id": a, "to_id": b, **fields})

    def holding(self) -> None:
        a, b = self.random.choice([*FIRMS, *PEOPLE]), self.random.choice(FIRMS)
        if a == b:
            return
        day, share = self.random.choice(DAYS), self.random.choice([None, 0.1, 0.3, 0.4, 0.51, 0.6])
        later = [d for d in DAYS[1:] if d and d > (day or "")]
        end = self.random.choice(later) if later and self.random.random() < 0.3 else None
        self.rel("OWNS", a, self.party(a), b, self.party(b), share=share, stated_from=day, stated_to=end)

    def control(self) -> None:
        a, b = self.random.choice([*FIRMS, *PEOPLE]), self.random.choice(FIRMS)
        if a != b:
            self.rel("EXERCISES_CONTROL", a, self.party(a), b, self.party(b), interest="stated_controller")

    def concert(self) -> None:
        id_ = f"local:k{self.random.randrange(2)}"
        self.node("Concert", id_)
        member, scope = self.random.choice([*FIRMS, *PEOPLE]), self.random.choice([None, *FIRMS])
        self.rel("MEMBER_OF_CONCERT", member, self.party(member), id_, "Concert", company_id=scope)

    def identifier(self) -> None:
        id_ = f"gb-coh:{self.random.randrange(6):08}"
        self.node("Identifier", id_, scheme="gb-coh", value=id_[-8:])
        firm = self.random.choice(FIRMS)
        self.rel("IDENTIFIES", id_, "Identifier", firm, self.party(firm))

    def lot(self, number: int) -> None:
        # Some tenders have two lots.
        tender = f"local:t{number - number % 2 if number % 3 else number}"
        lot = f"{tender}/{number}"
        self.node("Lot", lot)
        self.node("Tender", tender, bid_deadline=DAYS[1 + len(tender) % 2 + number // 4 % 3])
        self.rel("LOT_OF", lot, "Lot", tender, "Tender")
        for firm in self.random.sample(FIRMS, self.random.randint(2, 4)):
            self.bid(lot, firm)
        if self.random.random() < 0.5:
            buyer = self.random.choice(FIRMS)
            self.rel("BUYS", buyer, self.party(buyer), tender, "Tender")

    def bid(self, lot: str, firm: str) -> None:
        id_ = f"{lot}/{firm}"
        self.node("Bid", id_)
        self.node("Lot", lot)
        self.rel("SUBMITS", firm, self.party(firm), id_, "Bid")
        self.rel("FOR_LOT", id_, "Bid", lot, "Lot")

    def office(self) -> None:
        person, firm = self.random.choice(PEOPLE), self.random.choice(FIRMS)
        self.rel("OFFICER_OF", person, self.party(person), firm, self.party(firm), role="director")

    def serving(self) -> None:
        person, number = self.random.choice(PEOPLE), self.random.randrange(12)
        tender = f"local:t{number - number % 2 if number % 3 else number}"
        self.node("Tender", tender)
        self.rel("SERVES_TENDER", person, self.party(person), tender, "Tender", role="evaluator")
        firm = self.random.choice(FIRMS)
        self.rel("OFFICER_OF", person, self.party(person), firm, self.party(firm), role="employee")

    def managing(self) -> None:
        a, b = self.random.sample(FIRMS, 2)
        self.rel("EXERCISES_CONTROL", a, self.party(a), b, self.party(b), interest="management_relation")

    def debarred(self) -> None:
        firm = self.random.choice(FIRMS)
        self.node("Company", "local:authority", name="示例主管部门")
        self.rel(
            "DEBARRED_BY", firm, self.party(firm), "local:authority", "Company", stated_from="2023-01-01"
        )

    def kind(self) -> None:
        self.node("Company", self.random.choice(FIRMS), kind="partnership")

    def benefit(self) -> None:
        person = self.random.choice(PEOPLE)
        self.node("Benefit", "local:b1", from_month="2024-03", to_month="2024-08")
        self.rel("RECEIVES", person, self.party(person), "local:b1", "Benefit")

    def done(self) -> Extract:
        for key, rows in self.rows.items():
            told = source(self.file, "", 2)
            frame = pl.DataFrame([{**r, "source": told} for r in rows], infer_schema_length=None)
            if len(key) == 1:
                self.extract.add_node(key[0], frame)
            else:
                self.extract.add_rel(*key, frame)  # type: ignore[arg-type]
        return self.extract


def base(seed: int) -> Extract:
    world = World(f"base{seed}", seed)
    for _ in range(40):
        world.holding()
    world.concert()
    world.identifier()
    world.identifier()
    world.office()
    for number in range(12):
        world.lot(number)
    for _ in range(3):
        world.serving()
        world.managing()
    if seed % 2:
        world.benefit()
        world.debarred()
        world.debarred()
    return world.done()


MORE = ("holding", "control", "concert", "identifier", "office", "kind", "lot", "bid", "serving", "managing")


def more(seed: int, what: str) -> Extract:
    world = World(f"more{seed}{what}", 1000 + seed)
    if what == "lot":
        world.lot(100)
    elif what == "bid":
        world.bid("local:t3/3", world.random.choice(FIRMS))
    else:
        getattr(world, what)()
        getattr(world, what)()
    return world.done()


def written(store: GraphStore) -> list[tuple[str, ...]]:
    found = []
    for type_, fields in (
        (
            "ULTIMATELY_HOLDS",
            "share share_min share_max votes depth method holds_from holds_to identity derivation",
        ),
        ("CONTROLS", "rule via depth holds_from holds_to identity derivation"),
    ):
        returned = ", ".join(f"r.{f} AS {f}" for f in fields.split())
        rows = store.query(f"MATCH (a)-[r:{type_}]->(b) RETURN a.id AS a, b.id AS b, {returned}").to_pylist()
        found += [(type_, *(str(v) for v in row.values())) for row in rows]
    return sorted(found)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_refreshed_equals_what_is_worked_out_anew(tmp_path: Path, seed: int) -> None:
    with open_store(tmp_path / "a") as ours, open_store(tmp_path / "b") as theirs:
        ours.apply(base(seed))
        put_in_play(ours)
        theirs.apply(base(seed))
        several = 0
        for what in MORE[seed::3]:
            for store in (ours, theirs):
                store.apply(more(seed, what))
            assert not is_current(ours)
            every = set(questions(ours)["group_id"])
            before = written(ours)
            found = refresh_in_play(ours)
            assert is_current(ours)
            # With debarred companies about, everything may hang on everything.
            assert found.lots is not None or seed % 2, what
            if found.lots is None:
                found = Refreshed(found.written, frozenset(every))
            several += len(found.lots & every) < len(every)
            put_in_play(theirs)
            assert written(ours) == written(theirs), what
            changed = {row[2] for row in set(before) ^ set(written(ours))}
            asked = questions(ours)
            touching = set(asked.filter(pl.col("company_id").is_in(list(changed)))["group_id"])
            assert touching <= found.lots, what
        assert several or seed % 2, "every load touched every lot: nothing is shown of leaving some out"


def test_two_loads_are_refreshed_at_once_and_nothing_twice(tmp_path: Path) -> None:
    with open_store(tmp_path / "a") as ours, open_store(tmp_path / "b") as theirs:
        for store in (ours, theirs):
            store.apply(base(4))
        put_in_play(ours)
        for store in (ours, theirs):
            store.apply(more(4, "holding"))
            store.apply(more(4, "bid"))
        assert refresh_in_play(ours).lots
        put_in_play(theirs)
        assert written(ours) == written(theirs)
        again = refresh_in_play(ours)
        assert (again.written, again.lots) == (0, frozenset())


@pytest.mark.parametrize("place", ["director", "official", "evaluator"])
def test_a_name_on_the_side_of_the_procedure_brings_its_namesake_above_a_bidder(
    tmp_path: Path, place: str
) -> None:
    """Loaded later, with or without its name, as what is worked out anew has it."""
    world, person, namesake = World("plain", 5), PEOPLE[0], "person.scoped:0123456789abcdef"
    world.node("Tender", "local:t1", bid_deadline="2024-01-01")
    world.node("Lot", "local:t1/1")
    world.rel("LOT_OF", "local:t1/1", "Lot", "local:t1", "Tender")
    for firm in FIRMS[:2]:
        world.bid("local:t1/1", firm)
    world.rel("BUYS", FIRMS[2], world.party(FIRMS[2]), "local:t1", "Tender")
    world.node("Person", namesake, name="测试人甲乙")
    world.rel("OWNS", namesake, "Person", FIRMS[3], world.party(FIRMS[3]), share=0.6)
    world.rel("OWNS", FIRMS[3], "Company", FIRMS[0], "Company", share=0.6)
    joins, named = World("joins", 6), World("named", 7)
    joins.node("Person", person)
    if place == "evaluator":
        joins.node("Tender", "local:t1")
        joins.rel("SERVES_TENDER", person, "Person", "local:t1", "Tender", role="evaluator")
    else:
        type_ = {"director": "OFFICER_OF", "official": "HOLDS_POST"}[place]
        joins.rel(type_, person, "Person", FIRMS[2], joins.party(FIRMS[2]))
    named.node("Person", person, name="测试人甲乙")
    with open_store(tmp_path / "a") as ours, open_store(tmp_path / "b") as theirs:
        for made in (world, joins, named):
            extract = made.done()
            for store in (ours, theirs):
                store.apply(extract)
            refresh_in_play(ours)
            put_in_play(theirs)
            assert written(ours) == written(theirs)
        assert ("ULTIMATELY_HOLDS", namesake, FIRMS[0]) in {row[:3] for row in written(ours)}


def test_who_runs_a_bidder_brings_the_company_above_another_that_he_runs_too(tmp_path: Path) -> None:
    world, posts, person = World("plain", 5), World("posts", 6), PEOPLE[0]
    world.node("Tender", "local:t1", bid_deadline="2024-01-01")
    world.node("Lot", "local:t1/1")
    world.rel("LOT_OF", "local:t1/1", "Lot", "local:t1", "Tender")
    for firm in FIRMS[:2]:
        world.bid("local:t1/1", firm)
    world.rel("OWNS", FIRMS[3], world.party(FIRMS[3]), FIRMS[2], world.party(FIRMS[2]), share=0.6)
    world.rel("OWNS", FIRMS[2], "Company", FIRMS[0], "Company", share=0.6)
    world.rel("OFFICER_OF", person, world.party(person), FIRMS[1], "Company", role="director")
    posts.rel("OFFICER_OF", person, posts.party(person), FIRMS[3], posts.party(FIRMS[3]), role="director")
    above = ("CONTROLS", FIRMS[3], FIRMS[0])
    with open_store(tmp_path / "a") as ours, open_store(tmp_path / "b") as theirs:
        for made, brought in ((world, False), (posts, True)):
            extract = made.done()
            for store in (ours, theirs):
                store.apply(extract)
            found = refresh_in_play(ours)
            put_in_play(theirs)
            assert written(ours) == written(theirs)
            assert (above in {row[:3] for row in written(ours)}) == brought
        assert found.lots == {"local:t1/1"}


def test_where_marks_do_not_tell_everything_is_worked_out(tmp_path: Path) -> None:
    with open_store(tmp_path / "a") as store:
        store.apply(base(0))
        assert refresh_in_play(store).lots is None
        batch = store.apply(more(0, "holding")).batch_id
        assert refresh_in_play(store).lots is not None
        store.unload(batch)
        assert refresh_in_play(store).lots is None
        world = World("benefit", 3)
        world.benefit()
        store.apply(world.done())
        assert refresh_in_play(store).lots is None
        assert is_current(store)


def test_a_load_of_what_does_not_bear_on_it_touches_no_lot(tmp_path: Path) -> None:
    with open_store(tmp_path / "a") as store:
        store.apply(base(0))
        put_in_play(store)
        before = written(store)
        world = World("contacts", 3)
        world.node("Contact", "phone:13900000000", kind="phone", value="13900000000")
        world.rel("HAS_CONTACT", FIRMS[0], world.party(FIRMS[0]), "phone:13900000000", "Contact")
        store.apply(world.done())
        assert refresh_in_play(store).lots == frozenset()
        assert is_current(store)
        assert written(store) == before


def test_ended_by_a_snapshot(tmp_path: Path) -> None:
    """A list seen later ends what it no longer names: holdings that no file of the load states."""
    with open_store(tmp_path / "a") as ours, open_store(tmp_path / "b") as theirs:
        for store in (ours, theirs):
            store.apply(base(2))
            rows = [(PEOPLE[0], FIRMS[0], 0.6), (PEOPLE[0], FIRMS[1], 0.6)]
            store.apply(holdings("first.csv", rows, observed_on="2023-02-01", dataset="lists"))
        put_in_play(ours)
        for store in (ours, theirs):
            store.apply(
                holdings(
                    "second.csv", [(PEOPLE[1], FIRMS[0], 0.6)], observed_on="2023-09-01", dataset="lists"
                )
            )
        assert refresh_in_play(ours).lots is not None
        put_in_play(theirs)
        assert written(ours) == written(theirs)


def test_what_is_above_some_companies_answers_as_the_whole(tmp_path: Path) -> None:
    with open_store(tmp_path / "a") as store:
        for seed in range(3):
            store.apply(base(seed))
        whole = current_ownership(store)
        for firm in FIRMS[::12]:
            part = Ownership.build(ownership_above(store, [firm]))
            assert (
                penetrate(part, firm, "2024-02-01").to_json()
                == penetrate(whole, firm, "2024-02-01").to_json()
            )


def test_through_a_service(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with open_store(folder) as held, serve_store(held, folder), open_store(folder) as served:
        served.apply(base(4))
        put_in_play(served)
        served.apply(more(4, "holding"))
        found = affected(served, marks_since(served))
        assert found is not None
        assert refresh_in_play(served).lots == found.lots
        before = written(held)
        put_in_play(held)
        assert written(held) == before


@pytest.mark.neo4j
def test_on_a_server(tmp_path: Path, neo4j_url: str) -> None:
    with open_store(neo4j_url) as ours, open_store(tmp_path / "b") as theirs:
        for store in (ours, theirs):
            store.apply(base(6))
        put_in_play(ours)
        for what in ("holding", "bid", "concert"):
            for store in (ours, theirs):
                store.apply(more(6, what))
            assert refresh_in_play(ours).lots is not None
        put_in_play(theirs)
        assert written(ours) == written(theirs)
