"""Layout and drawing of subgraphs."""

from visualize.composition import compose
from visualize.scene import Scene
from visualize.writing import DrawingError, render

__all__ = ["DrawingError", "Scene", "compose", "render"]
