"""Pages whose commands are run: every ```console block of a page, in order, in one folder beside a demo world.

`python -m tests.docs.sessions [PAGE…]` runs them and writes what they print today into the pages, where it differs;
without PAGE, all of them and the README's pictures.

* A line that begins with `$ ` is a command; what follows is all it prints, on stdout and stderr. Without any, only its
  exit code is looked at. ```console exit=3 expects that code of the block's last command.
* A line `…` stands for any number of lines.
* A CSV, TOML or text block under `<!-- file: NAME -->` is written to NAME first.
* A page in Chinese (`*.zh-CN.md`) runs in Chinese, any other in English.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest import mock

from lookthrough.cli.main import run

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = (
    "README.md",
    "README.zh-CN.md",
    "docs/using.md",
    "docs/using.zh-CN.md",
    "docs/ownership.md",
    "docs/ledger.md",
    "docs/own-detectors.md",
    "docs/rules.md",
    "docs/evaluating.md",
    "docs/evidence.md",
    "docs/api.md",
)
DRAWN: Final = {"docs/ownership.md": ("loop.svg", "control.svg")}
"""Pictures that the commands of a page draw, shown on it as docs/images/<page>-<name>."""
ANY: Final = "…"
_BLOCK: Final = re.compile(
    r"^(?:<!-- file: (?P<file>\S+) -->\n+)?```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S
)
_SHELL: Final = re.compile(r"[|<>;&$*`]")
_BY_CHANCE: Final = re.compile(
    # What differs from run to run: ids made with the demo's own key, batches, fingerprints, times.
    r"(?<![0-9A-Za-z])(?:b[0-9a-f]{12}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32})(?![0-9A-Za-z])"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00"
    # Of the ledger: runs, keys, their secrets, the audit's head, and when something happened (in a table's cell).
    r"|(?<![0-9A-Za-z])(?:r[0-9a-f]{16}|k[0-9a-f]{8}|[0-9a-f]{64}|lt_[\w-]{43})(?![0-9A-Za-z])"
    r"|(?<=│ )\d{4}-\d\d-\d\d \d\d:\d\d(?= +│)"
)


@dataclass(frozen=True)
class Command:
    """One command of a page: what it is said to print, and where that stands (offsets of the page)."""

    line: str
    printed: str
    start: int
    end: int
    code: int


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    command: Command
    printed: str
    code: int

    @property
    def holds(self) -> bool:
        """Does the page say what was printed? A page that says nothing is right about anything."""
        said = self.command.printed
        return self.code == self.command.code and (not said or same(said, self.printed))


def commands(text: str) -> Iterator[Command | tuple[str, str]]:
    """The page's commands, and the files (name, content) it shows, in order."""
    for block in _BLOCK.finditer(text):
        if block["file"]:
            yield block["file"], block["body"]
        elif block["info"].split(" ")[0] == "console":
            yield from _of_block(block)


def _of_block(block: re.Match[str]) -> Iterator[Command]:
    starts = [m.start() for m in re.finditer(r"^\$ ", block["body"], re.M)]
    last_code = int(found[1]) if (found := re.search(r"exit=(\d+)", block["info"])) else 0
    for start, end in zip(starts, [*starts[1:], len(block["body"])], strict=True):
        line, _, printed = block["body"][start:end].partition("\n")
        at = block.start("body") + start + len(line) + 1
        code = last_code if start == starts[-1] else 0
        yield Command(line[2:], printed, at, at + len(printed), code)


def same(said: str, printed: str) -> bool:
    """Is it the same, apart from what differs by chance, and from the width of tables that hold it?"""
    wanted, got = _plain(said).rstrip("\n").split("\n"), _plain(printed).rstrip("\n").split("\n")
    parts: list[list[str]] = [[]]
    for line in wanted:
        if line == ANY:
            parts.append([])
        else:
            parts[-1].append(line)
    if len(parts) == 1:
        return wanted == got
    first, *middle, last = parts
    end = len(got) - len(last)
    if len(first) > end or got[: len(first)] != first or got[end:] != last:
        return False
    at = len(first)
    for part in middle:
        found = next((i for i in range(at, end - len(part) + 1) if got[i : i + len(part)] == part), None)
        if found is None:
            return False
        at = found + len(part)
    return True


def _plain(text: str) -> str:
    text = _BY_CHANCE.sub("#", text)
    text = re.sub(r"([─━])\1+", r"\1", text)
    return "\n".join(re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))


def make_demo(folder: Path) -> None:
    """The demo world, looked through, in `folder/output/demo`."""
    with _inside(folder, "en"):
        code, said = _call("lookthrough demo")
    if code:
        raise RuntimeError(said)


def run_page(page: Path, folder: Path) -> list[Ran]:
    """Run a page's commands in `folder`, where a demo world stands already."""
    language = "zh" if page.name.endswith(".zh-CN.md") else "en"
    ran: list[Ran] = []
    with _inside(folder, language):
        for step in commands(page.read_text(encoding="utf-8")):
            if isinstance(step, Command):
                code, printed = _call(step.line)
                printed = re.sub(r"[ \t]+$", "", printed.replace(os.fspath(folder), "~"), flags=re.M)
                ran.append(Ran(step, printed, code))
            else:
                target = Path(step[0])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(step[1], encoding="utf-8")
    return ran


@contextlib.contextmanager
def _inside(folder: Path, language: str) -> Iterator[None]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOOKTHROUGH_")}
    ours: Mapping[str, str] = {
        "LOOKTHROUGH_DATA": os.fspath(folder / ".local/share/lookthrough"),
        "LOOKTHROUGH_LANG": language,
        "COLUMNS": "130",
        "PATH": os.pathsep.join([os.fspath(Path(sys.executable).parent), kept.get("PATH", "")]),
    }
    with mock.patch.dict(os.environ, {**kept, **ours}, clear=True), contextlib.chdir(folder):
        yield


def _call(line: str) -> tuple[int, str]:
    """Run a line: `export` for the lines after it, our own command in this process, anything else in a shell."""
    exported = re.fullmatch(r"export (\w+)=(\S+)", line)
    if exported:
        os.environ[exported[1]] = exported[2]
        return 0, ""
    if line.startswith("lookthrough ") and not _SHELL.search(line):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = run(line.split()[1:])
        return code, said.getvalue()
    done = subprocess.run(
        ["bash", "-c", line],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def picture(language: str) -> Path:
    """The README's picture in a language, from the repository's root."""
    return Path("docs/images") / f"nine-bidders.{language}.svg"


def draw(folder: Path, language: str) -> None:
    """Draw the README's picture as `lot.svg` in a folder with a demo world."""
    with _inside(folder, language):
        code, said = _call("lookthrough subgraph XG-2025-001/1 --to lot.svg --store output/demo/store")
    if code:
        raise RuntimeError(said)


def abridged(said: str, printed: str) -> str:
    """What is printed, left out where the page left it out: between the lines that stood beside each `…`, if they are there."""
    wanted, got = said.rstrip("\n").split("\n"), printed.rstrip("\n").split("\n")
    plain = [_plain(line) for line in got]
    cuts: list[tuple[int, int]] = []
    begin = 0
    for n, line in enumerate(wanted):
        if line != ANY:
            continue
        beside = [_plain(wanted[at]) if 0 <= at < len(wanted) else None for at in (n - 1, n + 1)]
        if beside[1] is None:
            # What ends a page's excerpt may stand more than once before it.
            begin = next((i + 1 for i in reversed(range(begin, len(got))) if plain[i] == beside[0]), len(got))
        elif beside[0] is not None:
            begin = next((i + 1 for i in range(begin, len(got)) if plain[i] == beside[0]), len(got))
        end = next((i for i in range(begin, len(got)) if plain[i] == beside[1]), len(got))
        if end < len(got) or beside[1] is None:
            cuts.append((begin, end))
            begin = end
    for start, end in reversed(cuts):
        got[start:end] = [ANY]
    return "\n".join(got) + "\n"


def refreshed(text: str, ran: list[Ran]) -> str:
    """The page with what was printed, wherever it said something else."""
    for one in reversed(ran):
        if not one.holds and one.command.printed:
            text = (
                text[: one.command.start]
                + abridged(one.command.printed, one.printed)
                + text[one.command.end :]
            )
    return text


def drawn_of(page: str, image: str) -> Path:
    """Where a picture that a page's commands draw is kept."""
    return ROOT / "docs" / "images" / f"{Path(page).stem}-{image}"


def main(pages: list[str]) -> int:
    """Bring pages up to date; prints what changed, and every command with an exit code that is not the page's."""
    with tempfile.TemporaryDirectory() as made:
        demo = Path(made).resolve() / "demo"
        demo.mkdir()
        make_demo(demo)
        wrong = 0
        for name in pages or PAGES:
            page = ROOT / name
            folder = demo.parent / name.replace("/", "-")
            shutil.copytree(demo, folder)
            ran = run_page(page, folder)
            for one in ran:
                if one.code != one.command.code:
                    wrong += 1
                    sys.stderr.write(f"{name}: {one.command.line}: {one.code}\n{one.printed}\n")
                elif not one.holds:
                    sys.stderr.write(f"{name}: {one.command.line}: brought up to date\n")
            for image in DRAWN.get(name, ()):
                shutil.copyfile(folder / image, drawn_of(name, image))
            page.write_text(refreshed(page.read_text(encoding="utf-8"), ran), encoding="utf-8")
        for language in ("en", "zh") if not pages else ():
            draw(demo, language)
            shutil.copyfile(demo / "lot.svg", ROOT / picture(language))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
