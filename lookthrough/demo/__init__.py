"""The demo world: invented exports with planted scenes, and the truth about them."""

from lookthrough.demo.planting import Scene
from lookthrough.demo.truth import TruthLine
from lookthrough.demo.world import DEFAULT_SEED, World, describe, write_world

__all__ = ["DEFAULT_SEED", "Scene", "TruthLine", "World", "describe", "write_world"]
