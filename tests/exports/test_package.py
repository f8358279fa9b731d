"""The nine bidders' package: what is in it, that others can check it, that it says what it may and no more."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import bagit
import pypdf
import pytest

from cases import open_ledger
from detectors.registry import chosen
from detectors.running.detecting import detect
from exports import Package, PackageError, verify_package, write_evidence
from exports.evidence.asking import About, ask
from exports.evidence.contents import prove
from exports.evidence.masking import without_numbers
from exports.evidence.report import Report
from exports.evidence.report_html import report_html
from exports.evidence.report_pdf import _page_for
from exports.verifying.enclosed import Enclosed
from exports.verifying.recomputing import recomputed
from tests.exports.conftest import KEY, LOT, World, forged, unpack, with_facts

TEXTS = (".json", ".csv", ".html", ".svg", ".graphml", ".gexf", ".cyjs", ".txt")
ACCUSING = re.compile(r"串通|骗保|骗取|违法所得|guilty|fraudster|colluded")


def texts(package: Package) -> dict[str, str]:
    """Every text of a package, that of its PDFs among them."""
    found = {n: b.decode("utf-8-sig") for n, b in package.files.items() if n.endswith(TEXTS)}
    for name, content in package.files.items():
        if name.endswith(".pdf"):
            pages = pypdf.PdfReader(io.BytesIO(content)).pages
            found[name] = "\n".join(page.extract_text() for page in pages)
    return found


def test_it_is_verified_by_us_by_bagit_and_by_sha256sum(unpacked: Path) -> None:
    found = verify_package(unpacked)
    assert found.holds, found.faults
    assert found.recomputed == {
        "shares": 2,
        "control": 2,
        "paths": 2,
        "dwellings": 0,
        "rows": 169,
        "reports": 2,
        "pictures": 2,
    }
    bagit.Bag(str(unpacked)).validate()
    if sys.platform == "win32" or not shutil.which("sha256sum"):
        pytest.skip("platform: no sha256sum")
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "-c", "--strict", "--quiet", manifest], cwd=unpacked, check=True)


def test_it_holds_everything_a_case_file_needs(nine: Package) -> None:
    names = {n.removeprefix("data/") for n in nine.files if n.startswith("data/")}
    for lang in ("zh", "en"):
        assert {
            f"report.{lang}.html",
            f"report.{lang}.pdf",
            f"picture.{lang}.svg",
            f"picture.{lang}.png",
        } <= names
    assert {"facts.json", "provenance.json", "source-rows.csv"} <= names
    graph = {
        "nodes.csv",
        "edges.csv",
        "findings.csv",
        "paths.csv",
        "schema.json",
        "graph.graphml",
        "graph.gexf",
        "graph.cyjs",
    }
    assert {f"graph/{n}" for n in graph} <= names
    told = json.loads(nine.files["data/provenance.json"])
    assert (
        told["detector"]["id"] == "common-controller"
        and told["detector"]["queries"]
        and set(told["detector"]["parameters"])
        == {p.name for p in chosen(["common-controller"])[0].parameters}
    )
    assert told["dataset"]["fingerprint"] and told["methods"] == ["control", "integrated"]
    assert all(len(f["sha256"]) == 64 and f["rows"] >= 0 for f in told["files"])
    run = json.loads(nine.files["run.json"])
    assert run["made_at"] == "2026-01-02T03:04:05+00:00" and run["actor"] == "测试员"
    assert all(
        "测试员" not in text and "03:04:05" not in text
        for n, text in texts(nine).items()
        if n.startswith("data/")
    )


def test_the_reports_say_what_was_found_why_and_where_it_stands(nine: Package, world: World) -> None:
    found = world.found("common-controller")
    for name, text in texts(nine).items():
        if not name.startswith("data/report"):
            continue
        flat = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", text))
        for part in (
            "虚构顾远山",
            "虚构云桥建设有限公司",
            "80%×75%×100%×70%=42%",
            "第三十四条第二款" if ".zh." in name else "art.34para.2",
            "2012-02-01",
            found.fingerprint,
        ):
            assert part in flat, (name, part)
        assert ("仅供核查参考" if ".zh." in name else "forverificationonly") in flat
        assert "企业股东信息.csv" in flat and nine.contents.facts_hash in flat
        assert not ACCUSING.search(text)


def test_a_report_needs_nothing_from_outside_and_runs_nothing(nine: Package) -> None:
    for lang in ("zh", "en"):
        page = nine.files[f"data/report.{lang}.html"].decode()
        assert "<script" not in page.lower() and "javascript:" not in page.lower()
        outside = re.findall(r"""(?:src|href|url\()\s*=?\s*["'(]?(https?:|//)""", page)
        assert not outside
        assert "default-src 'none'" in page


def test_the_picture_has_a_page_large_enough_to_be_read(nine: Package) -> None:
    wide, high = map(int, re.findall(rb'(?:width|height)="(\d+)"', nine.files["data/picture.zh.svg"])[:2])
    pages = pypdf.PdfReader(io.BytesIO(nine.files["data/report.zh.pdf"])).pages
    sizes = [(float(p.mediabox.width), float(p.mediabox.height)) for p in pages]
    (page,) = {size for size in sizes if size[0] > size[1]}
    assert page[0] - 102 >= 0.5 * wide and page[1] - 162 >= 0.5 * high


@pytest.mark.parametrize(
    ("across", "down", "sheet"),
    [(700, 300, 842), (1400, 600, 1191), (2000, 900, 1191), (2886, 1191, 1684), (9000, 700, 3370)],
)
def test_the_page_of_a_picture_grows_with_it(across: int, down: int, sheet: int) -> None:
    wide, high = _page_for(across, down)
    assert round(wide) == sheet and 595 <= high <= wide
    assert round(_page_for(down, across)[1]) == sheet


def test_pdf_pages_are_numbered_and_carry_the_hash(nine: Package) -> None:
    pages = pypdf.PdfReader(io.BytesIO(nine.files["data/report.zh.pdf"])).pages
    assert len(pages) > 3
    for n, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"第 {n} 页 / 共 {len(pages)} 页" in text and nine.contents.facts_hash in text


def test_findings_of_every_detector_have_a_proof_that_comes_out_again(world: World) -> None:
    # Without reports and pictures: what is drawn is the same for all.
    counted = Counter[str]()
    one_of_each = {(f.detector, f.scope_kind, bool(f.suppressed_by)): f for f in world.findings}
    for found in one_of_each.values():
        files = prove(world.store, ask(world.store, found, None), None).files
        faults, counts = recomputed(Enclosed.read({f"data/{name}": text for name, text in files.items()}))
        assert not faults, (found.detector, faults)
        counted += Counter(counts)
    assert min(counted[kind] for kind in ("shares", "control", "paths", "dwellings", "rows")) > 1


def test_what_is_said_of_parties_above_is_worked_out_again_too(world: World) -> None:
    above = [f for f in world.findings if f.facts.get("holders_above")]
    # One beside whose chains a loop stands, where the methods of two holders differ.
    looped = [f for f in above if f.scope_id == "local:XG-2025-006/1"]
    # And one below whom a nominee stands.
    lent = [f for f in above if f.scope_id == "local:BZ-D1e-代持企业之上/1"]
    assert above and lent
    for found in [*above[:8], *looped, *lent]:
        files = prove(world.store, ask(world.store, found, None), None).files
        facts = json.loads(files["facts.json"])
        claimed = {c["at"] for c in facts["claims"]["shares"]}
        said = {
            f"/findings/0/facts/holders_above/{n}/bidders/{m}"
            for n, one in enumerate(found.facts["holders_above"])
            for m, bidder in enumerate(one["bidders"])
            if not bidder.get("itself")
        }
        assert said
        assert said <= claimed
        claim = next(c for c in facts["claims"]["shares"] if c["at"] in said)
        claim["share"] = (claim["share"] or 0.0) + 0.01
        changed = {**files, "facts.json": json.dumps(facts).encode()}
        faults, _ = recomputed(Enclosed.read({f"data/{name}": text for name, text in changed.items()}))
        assert any(claim["at"] in f.at for f in faults)


def test_parties_have_packages_that_hold(world: World, tmp_path: Path) -> None:
    company, person = "cn-uscc:919999999000000144", world.found("common-controller").facts["holder"]["id"]
    for party in (company, person, "local:XGDB0001"):
        target = tmp_path / f"{re.sub('[^a-z0-9]', '-', party)}.zip"
        write_evidence(world.store, party, target, actor="t")
        found = verify_package(target)
        assert found.holds, found.faults
        assert (found.recomputed["shares"] > 0) == (party in (company, person))


def test_a_persons_package_has_what_is_held_through_others_and_what_that_controls(
    world: World, tmp_path: Path
) -> None:
    tying = world.found("common-controller")
    person = tying.facts["holder"]["id"]
    package = world.package(person, as_of="2025-05-20")
    facts = json.loads(package.files["data/facts.json"])
    held = {s["id"]: s for s in facts["party"]["shares"]}
    controlled = {c["id"] for c in facts["party"]["controls"]}
    assert [s["depth"] for s in facts["party"]["shares"]] == sorted(s["depth"] for s in held.values())
    # As the finding says, company by company.
    for bidder in tying.facts["bidders"]:
        assert held[bidder["id"]]["share"] == pytest.approx(bidder["share"]) and bidder["id"] in controlled
    assert {e["company"] for e in facts["party"]["holdings"]} <= held.keys()
    assert not facts["party"]["truncated"]
    for lang in ("zh", "en"):
        text = re.sub(r"<[^>]+>", "", package.files[f"data/report.{lang}.html"].decode())
        assert "80% × 75% × 100% × 70% = 42%" in text
    found = verify_package(unpack(package.files, tmp_path / "as-it-is"))
    assert (
        found.holds
        and found.recomputed["shares"] == len(held)
        and found.recomputed["control"] == len(controlled)
    )

    def wrong(facts: dict[str, Any]) -> None:
        facts["party"]["shares"][-1]["share"] = facts["claims"]["shares"][-1]["share"] = 0.99

    faults = verify_package(forged(package, tmp_path / "forged", "facts.json", with_facts(wrong))).faults
    assert any("/party/shares/" in f.at for f in faults)
    # Who holds nothing has no share to prove, and a package all the same.
    poor = next(i for i in _recipients(world) if not ask(world.store, i, None, known=About()).proof.shares)
    assert verify_package(unpack(world.package(poor).files, tmp_path / "poor")).holds


def test_a_person_with_very_many_companies_has_the_nearest_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.evidence.proving.MOST_COMPANIES", 4)
    person = world.found("common-controller").facts["holder"]["id"]
    subject = prove(world.store, ask(world.store, person, "2025-05-20", known=About()), None).subject
    told = subject.facts["party"]
    assert told["truncated"] and [s["depth"] for s in told["shares"]] == [1, 1, 1, 2]
    text = report_html(Report(subject, "zh").document(), "").decode()
    assert "穿透持股只列最近的 4 家" in text


def _recipients(world: World) -> list[str]:
    asked = "MATCH (p:Person)-[r:RECEIVES]->(:Benefit) RETURN DISTINCT p.id AS id ORDER BY id LIMIT 20"
    ids: list[str] = world.store.query(asked).column("id").to_pylist()
    return ids


def test_the_same_question_gives_the_same_bytes_whoever_asks_when_and_after_what(
    world: World, nine: Package
) -> None:
    world.package(world.found("household-multi-property", "local:XGDB0001"))
    again = world.package(world.found("common-controller").fingerprint, actor="another", now=None)
    data = {n: b for n, b in again.files.items() if n.startswith("data/")}
    assert data == {n: b for n, b in nine.files.items() if n.startswith("data/")}
    assert again.files["run.json"] != nine.files["run.json"]
    assert world.package(world.found("common-controller")).zip() == nine.zip()


def test_people_are_masked_and_no_number_is_clear(world: World, nine: Package) -> None:
    number = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
    for name, text in texts(nine).items():
        assert without_numbers(text) == text, name
    assert (
        number.search("99999919800101001X")
        and without_numbers("号 11010519491231002X 止") == "号 1101**********002X 止"
    )
    people = {n.name for n in _people(world)}
    shown = "".join(texts(nine).values())
    assert people and all(p in shown for p in people)
    hidden = texts(world.package(world.found("common-controller"), hidden_by=KEY))
    for name, text in hidden.items():
        found = [p for p in people if p in re.sub(r"\s+", "", text)]
        assert not found, name
    assert "虚**" in hidden["data/facts.json"]


def test_homes_and_what_is_private_leave_with_the_names(world: World) -> None:
    found = world.found("household-multi-property", "local:XGDB0001")
    clear, hidden = (texts(world.package(found, hidden_by=key)) for key in (None, KEY))
    homes = [n for n in csv_rows(clear["data/graph/nodes.csv"]) if n["type"] == "Property"]
    flats = {n["name"] for n in homes} | {n["id"].partition(":")[2] for n in homes}
    private = {"birth_date", "hukou_region", "id_masked", "certificate_no"}
    assert len(flats) == 4
    assert all(flat in clear["data/report.zh.html"] for flat in flats)
    assert all(f'"{name}"' in clear["data/source-rows.csv"].replace('""', '"') for name in private)
    for name, text in hidden.items():
        told = re.sub(r"\s+|</?tspan[^>]*>", "", text)
        assert not [flat for flat in flats if flat in told], name
    says = hidden["data/source-rows.csv"].replace('""', '"')
    assert not [name for name in private if f'"{name}"' in says]


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _people(world: World) -> Any:
    from visualize.excerpt import picture_of

    return [n for n in picture_of(world.store, [LOT], None).nodes if n.type == "Person"]


def test_the_ledger_gives_state_and_history_and_gets_an_entry(world: World, tmp_path: Path) -> None:
    found = world.found("common-controller")
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        wanted = chosen(None)
        run = detect(world.store, wanted)
        from detectors.rules.values import NO_RULES

        ledger.record_run(run, wanted, NO_RULES, world.store.fingerprint(), "tester")
        ledger.decide(found.fingerprint, "in_review", "核对股东名册", "tester")
        package = world.package(found.fingerprint, ledger=ledger)
        told = json.loads(package.files["run.json"])
        assert told["case"]["state"] == "in_review"
        assert any("核对股东名册" in json.dumps(h, ensure_ascii=False) for h in told["case"]["history"])
        assert told["audit_head"] == ledger.audit_head()
        assert any(
            e.action == "export" and found.fingerprint in e.object for e in ledger.audit_entries(limit=500)
        )
        assert ledger.verify_audit().ok
    data = {n: b for n, b in package.files.items() if n.startswith("data/")}
    assert data == {n: b for n, b in world.package(found).files.items() if n.startswith("data/")}


def test_a_package_is_written_whole_or_not_at_all(world: World, nine: Package, tmp_path: Path) -> None:
    target = tmp_path / "p"
    write_evidence(world.store, "local:XGDB0001", target, actor="t")
    before = {p: p.read_bytes() for p in target.rglob("*") if p.is_file()}
    with pytest.raises(PackageError, match="exists"):
        write_evidence(world.store, "local:XGDB0001", target, actor="t")
    assert before == {p: p.read_bytes() for p in target.rglob("*") if p.is_file()}
    write_evidence(world.store, "local:XGDB0002", target, actor="t", force=True)
    assert verify_package(target).holds
    assert "XGDB0002" in (target / "data/facts.json").read_text(encoding="utf-8")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    with pytest.raises(PackageError, match="no package"):
        write_evidence(world.store, "local:XGDB0001", mine, actor="t", force=True)
    assert (mine / "thesis.txt").read_text() == "mine"
    with pytest.raises(PackageError, match="no folder"):
        write_evidence(world.store, "local:XGDB0001", tmp_path / "a" / "b.zip", actor="t")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "p"], "nothing half made is left"


def test_what_is_neither_finding_nor_party_is_refused(world: World, tmp_path: Path) -> None:
    for wrong in ("0" * 20, "local:nowhere", LOT):
        with pytest.raises(PackageError):
            write_evidence(world.store, wrong, tmp_path / "x.zip", actor="t")
    assert not list(tmp_path.iterdir())


def test_source_rows_lead_back_to_the_files_that_were_loaded(world: World, nine: Package) -> None:
    rows = list(csv.DictReader(io.StringIO(nine.files["data/source-rows.csv"].decode("utf-8-sig"))))
    link = next(r for r in rows if r["type"] == "OWNS" and json.loads(r["says"]).get("share") == 0.8)
    original = next((world.folder / "output/demo/world").rglob(link["file"]))
    import hashlib

    assert hashlib.sha256(original.read_bytes()).hexdigest() == link["sha256"]
    raw = original.read_bytes()
    text = next(raw.decode(e) for e in ("utf-8-sig", "gb18030") if _decodes(raw, e))
    line = text.splitlines()[int(link["row"]) - 1]
    assert "80" in line


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def test_the_zip_has_one_folder_and_no_date(nine: Package) -> None:
    with zipfile.ZipFile(io.BytesIO(nine.zip())) as archive:
        entries = archive.infolist()
    assert {e.filename.split("/")[0] for e in entries} == {nine.name}
    assert {e.date_time for e in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert [e.filename for e in entries] == sorted(e.filename for e in entries)


def test_what_is_held_in_the_names_of_others_is_worked_out_again(world: World) -> None:
    """A nominator has no holding in the register: the share is what the nominee's rows give, and the declarations say whose."""
    proved = 0
    for found in (f for f in world.findings if f.detector == "common-beneficial-owner"):
        files = prove(world.store, ask(world.store, found, None), None).files
        facts = json.loads(files["facts.json"])
        lent = [
            c
            for c in facts["claims"]["shares"]
            for p in c["paths"]
            if _lends(facts, p["nodes"]) and c["share"]
        ]
        if not lent:
            continue
        proved += 1

        def faults(name: str, content: bytes, files: dict[str, bytes] = files) -> list[Any]:
            return recomputed(Enclosed.read({f"data/{n}": b for n, b in {**files, name: content}.items()}))[0]

        assert not faults("facts.json", files["facts.json"])
        claim = lent[0]
        told: Any = facts
        for step in claim["at"].split("/")[1:]:
            told = told[int(step)] if isinstance(told, list) else told[step]
        claim["share"] = told["share"] = claim["share"] + 0.1
        wrong = faults("facts.json", json.dumps(facts).encode())
        assert any(claim["at"] in f.at and f.at.endswith("paths") for f in wrong)
        # Without the declarations nobody lent a name.
        rows = files["graph/edges.csv"].replace(b"nominator", b"other")
        assert any("paths/" in f.at for f in faults("graph/edges.csv", rows))
    assert proved


def _lends(facts: dict[str, Any], nodes: list[str]) -> bool:
    """Is there a hop in a path that no enclosed register has?"""
    held = {(k["holder"], r["company"]) for r in facts["ownership"]["registers"] for k in r["links"]}
    return any(pair not in held for pair in itertools.pairwise(nodes))
