"""The pages: what they show is what the product prints and draws, and the generated ones are fresh."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from detectors import docs as detector_docs
from detectors.registry import DETECTORS
from detectors.rules import docs as rules_docs
from detectors.rules.form import KEYS
from loaders.tables import docs as table_docs
from loaders.tables.schema import TABLES, data_file
from tests.docs import drawn, findings_drawn, sessions

ROOT = sessions.ROOT
LANGUAGES = {"README.md": "README.zh-CN.md", "docs/using.md": "docs/using.zh-CN.md"}

posix_only = pytest.mark.skipif(
    sys.platform == "win32", reason="platform: the pages' commands are for a shell"
)


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A demo world of the test's own."""
    folder = tmp_path.resolve() / "home"
    shutil.copytree(demo_home, folder)
    return folder


def pages() -> list[str]:
    generated = sorted(f"docs/detectors/{name}" for name in detector_docs.pages())
    return [*sessions.PAGES, *generated]


@posix_only
@pytest.mark.parametrize("name", sessions.PAGES)
def test_a_page_shows_what_its_commands_print(name: str, home: Path) -> None:
    ran = sessions.run_page(ROOT / name, home)
    assert ran, "the page has no command"
    wrong = [f"$ {r.command.line}\n({r.code}) {r.printed}" for r in ran if not r.holds]
    assert not wrong, "run make docs, and look at what changed:\n" + "\n".join(wrong)
    for image in sessions.DRAWN.get(name, ()):
        kept = sessions.drawn_of(name, image)
        assert (home / image).read_text(encoding="utf-8") == kept.read_text(encoding="utf-8"), image


@posix_only
def test_every_detector_page_has_a_command_that_runs(home: Path, tmp_path: Path) -> None:
    for name, text in detector_docs.pages().items():
        page = tmp_path / name
        page.write_text(text, encoding="utf-8")
        ran = sessions.run_page(page, home)
        assert [r.code for r in ran] == ([] if name == "README.md" else [0]), name
        if ran:
            # Either it answers for the demo world, or it says that it lacks data.
            id_ = name.removesuffix(".md")
            assert re.search(rf"\b{id_}\b", ran[0].printed), ran[0].printed


def test_every_runnable_block_is_on_a_page_that_is_run() -> None:
    covered = {ROOT / name for name in pages()}
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        if "```console" in page.read_text(encoding="utf-8"):
            assert page in covered, f"{page.relative_to(ROOT)} has commands that no test runs"


def test_the_page_of_the_tables_is_fresh() -> None:
    assert (ROOT / table_docs.PAGE).read_text(encoding="utf-8") == table_docs.page(), "run: make docs"


def test_the_page_of_the_tables_names_every_column_and_word() -> None:
    page = table_docs.page()
    assert set(table_docs.SAYS) == set(TABLES)
    for table in TABLES.values():
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        for column in table.columns.values():
            assert f"| `{column.name}` |" in section
            assert column.value in table_docs.VALUES or f"\n### {column.value}\n" in page
    for raw in data_file("headers.toml").values():
        assert all(heading in page for column in raw["columns"].values() for heading in column["headers"])


def test_the_page_of_the_rules_shows_every_key_and_uses_each() -> None:
    written = (ROOT / rules_docs.PAGE).read_text(encoding="utf-8")
    assert written == rules_docs.page(written), "run: make docs"
    example = written.partition("<!-- file: rules.toml -->\n")[2].partition("```\n")[0]
    used = set(re.findall(r"^(\w+) = ", example, re.M))
    assert used == {key.name for key in KEYS} | {"title"}


def test_the_pages_of_the_detectors_are_fresh() -> None:
    folder = ROOT / detector_docs.FOLDER
    written = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.md")}
    assert written == detector_docs.pages(), "run: make docs"


def test_the_pictures_of_the_detectors_are_drawn_from_what_they_find(home: Path) -> None:
    pictures = dict(findings_drawn.drawn(home))
    kept = {p.name: p.read_text(encoding="utf-8") for p in findings_drawn.FOLDER.glob("*.svg")}
    assert sorted(pictures) == sorted(kept) == sorted(f"{d.id}.svg" for d in DETECTORS)
    assert [n for n in pictures if findings_drawn.said(pictures[n]) != findings_drawn.said(kept[n])] == [], (
        "run: make docs"
    )


def test_links_to_headings_lead_to_a_heading() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target, heading in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                there = page.parent / target if target else page
                assert heading in anchors(there), f"{page.relative_to(ROOT)} links to {target}#{heading}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as hosts of Markdown make them; a second equal one gets a number."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        found.add(f"{plain}-{seen[plain]}" if seen[plain] else plain)
        seen[plain] += 1
    return found


@pytest.mark.parametrize(("english", "chinese"), LANGUAGES.items())
def test_the_two_languages_run_the_same_commands(english: str, chinese: str) -> None:
    def verbs(name: str) -> list[str]:
        steps = sessions.commands((ROOT / name).read_text(encoding="utf-8"))
        return [" ".join(s.line.split()[:2]).split("=")[0] for s in steps if isinstance(s, sessions.Command)]

    assert verbs(english) == verbs(chinese)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_is_the_one_drawn_today(language: str, home: Path) -> None:
    sessions.draw(home, language)
    shown = (ROOT / sessions.picture(language)).read_text(encoding="utf-8")
    drawn = (home / "lot.svg").read_text(encoding="utf-8")
    assert lettering(shown) == lettering(drawn), "run: make docs"
    assert "虚构顾远山" in re.sub(r"<[^>]+>", "", shown)


def lettering(svg: str) -> Counter[str]:
    """Every text of a picture, however often; where it stands depends on ids made with the demo's own key."""
    texts = re.findall(r"<text\b.*?</text>", svg, re.S)
    return Counter("".join(re.sub(r"<[^>]+>", "", t).split()) for t in texts)


# --- the comparison itself ---


def test_a_difference_is_seen() -> None:
    assert sessions.same("42.00% │ a\n", "42.00%  │   a")
    assert sessions.same("batch b0a2912840e87: 3", "batch b1c2912840e11: 3")
    assert not sessions.same("42.00%", "42.01%")
    assert not sessions.same("one\ntwo", "one")
    assert sessions.same("one\n…\nfour", "one\ntwo\nthree\nfour")
    assert not sessions.same("one\n…\nfive", "one\ntwo\nthree\nfour")
    assert not sessions.same("one\n…\ntwo\n…\nthree", "one\nthree")
    assert sessions.same("…", "anything\nat all")


def test_a_page_is_brought_up_to_date_where_it_differs_and_nowhere_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- file: a.txt -->\n```text\nshown\n```\n\n"
        "```console\n$ cat a.txt\nstale\n$ cat a.txt\nshown\n$ true\n```\n"
        "```console exit=3\n$ exit 3\n```\n",
        encoding="utf-8",
    )
    folder = tmp_path / "home"
    folder.mkdir()
    ran = sessions.run_page(page, folder)
    assert [r.holds for r in ran] == [False, True, True, True]
    new = sessions.refreshed(page.read_text(encoding="utf-8"), ran)
    assert new == page.read_text(encoding="utf-8").replace("stale", "shown")


@pytest.mark.parametrize("name", drawn.PICTURES)
def test_a_picture_of_the_guide_is_the_one_drawn_today(name: str) -> None:
    shown = (drawn.FOLDER / name).read_text(encoding="utf-8")
    assert drawn.comparable(shown) == drawn.comparable(drawn.drawn(name)), "run make docs, and look at it"
    assert f"images/{name}" in (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
