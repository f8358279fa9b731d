"""Layout and drawing of subgraphs."""

from visualize.composition import compose
from visualize.refusal import DrawingError
from visualize.scene import Scene
from visualize.writing import FORMATS, render, render_bytes, scene_bytes

__all__ = ["FORMATS", "DrawingError", "Scene", "compose", "render", "render_bytes", "scene_bytes"]
