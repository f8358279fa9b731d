"""The demo world on disk: a folder of exports to load, and what must and must not be found in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from lookthrough.demo import records
from lookthrough.demo.background import background, families_apart, household_ids, lot_ids
from lookthrough.demo.exports import write_exports
from lookthrough.demo.labelled import RULES, labelled
from lookthrough.demo.labelled.tables import FOLDER
from lookthrough.demo.near_ties import plant_near_ties
from lookthrough.demo.planting import REGION, Planting, Scene
from lookthrough.demo.ties import plant_ties
from lookthrough.demo.truth import SHAREHOLDER, TruthLine, closing, completed, dumped
from lookthrough.demo.welfare import DWELLING_LIMIT, plant_welfare

DEFAULT_SEED: Final = 20260701
INNOCENT: Final = "innocent"
"""The scene of every lot and household that is only background."""


@dataclass(frozen=True)
class World:
    """A world as written.

    * `exports`: the folder to load; `truth_file`, JSON Lines, lies beside it and holds the next four. They are right
      under the local rules of `rules_file`, which speaks of two districts of the labelled scenes alone.
    * `truth` has at least one line for every lot and household of the scenes and the background, for the flagships;
      `later` holds what other detectors must say of the scenes; `labelled`, the scenes planted for every detector;
      `closing`, that nothing else may be found by detectors that rest on identities.
    * `rows`: data rows of each file, by name.
    * `dwelling_limits`: district → dwellings at or above which a household is to be checked.
    * `flagship_lot`: the lot with nine bidders.
    """

    folder: Path
    size: int
    seed: int
    exports: Path
    truth_file: Path
    rules_file: Path
    rows: dict[str, int]
    scenes: tuple[Scene, ...]
    truth: tuple[TruthLine, ...]
    later: tuple[TruthLine, ...]
    labelled: tuple[TruthLine, ...]
    closing: tuple[TruthLine, ...]
    dwelling_limits: dict[str, int]
    flagship_lot: str


def write_world(folder: Path, size: int = 1, seed: int = DEFAULT_SEED) -> World:
    """Write the demo world: the same bytes for the same size and seed.

    `size` scales the innocent background alone (about 217 companies, 20 lots and 30 households each; beyond 100
    fewer lots and households, as few of a register's companies bid); the planted scenes stay as they are. At 1 the world has about 300 companies. Files of an earlier world in the
    folder are replaced. Raises `ValueError` for a size below 1, `OSError` where the folder can't be written.
    """
    if size < 1:
        raise ValueError(f"size must be 1 or more, not {size}")
    planting = Planting()
    plant_ties(planting)
    plant_near_ties(planting)
    plant_welfare(planting)
    innocent = background(size, seed)
    scopes = [(scene.key, kind, scope) for scene in planting.scenes for kind, scope in scene.scopes]
    scopes += [(INNOCENT, "lot", scope) for scope in lot_ids(innocent)]
    scopes += [(INNOCENT, "household", scope) for scope in household_ids(innocent)]
    why = "同一家族的两家公司投的是同一项目的不同标段"
    apart = [
        TruthLine(INNOCENT, SHAREHOLDER, "lot", lot, "suppressed", why, tuple(sorted(pair)), rule="lot")
        for lot, pair in families_apart(innocent)
    ]
    truth = completed([*planting.truth, *apart], scopes)
    scenes = labelled()
    closed = closing(scenes.truth)
    # The truth is written first: nothing in it can come from what is then made of the data.
    folder.mkdir(parents=True, exist_ok=True)
    truth_file = folder / "truth.jsonl"
    whole = dumped([*truth, *planting.later, *scenes.truth, *closed])
    truth_file.write_text(whole, encoding="utf-8", newline="\n")
    rules_file = folder / "rules.toml"
    rules_file.write_text(RULES, encoding="utf-8", newline="\n")
    exports = folder / "exports"
    rows = write_exports(exports, records.joined(planting.frames(), innocent))
    rows |= scenes.write(exports / FOLDER)
    return World(
        folder=folder,
        size=size,
        seed=seed,
        exports=exports,
        truth_file=truth_file,
        rules_file=rules_file,
        rows=rows,
        scenes=tuple(planting.scenes),
        truth=tuple(truth),
        later=tuple(planting.later),
        labelled=tuple(scenes.truth),
        closing=tuple(closed),
        dwelling_limits={REGION: DWELLING_LIMIT},
        flagship_lot=planting.scenes[0].scopes[0][1],
    )


def describe(world: World, lang: Literal["zh", "en"] = "zh") -> str:
    """What is in the world, for a person: the files, then the scenes with their lots and households."""
    zh = lang == "zh"
    lines = [
        "演示数据（全部虚构）" if zh else "The demo world (all invented)",
        f"{'文件夹' if zh else 'Folder'}: {world.exports}",
        *(f"  {name}: {rows} {'行' if zh else 'rows'}" for name, rows in world.rows.items()),
        "场景" if zh else "Scenes",
    ]
    for number, scene in enumerate(world.scenes, 1):
        where = ", ".join(scope.removeprefix("local:") for _, scope in scene.scopes)
        lines.append(f"  {number:>2}. {scene.zh if zh else scene.en} [{where}]")
    return "\n".join(lines)
