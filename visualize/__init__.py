"""Layout and drawing of subgraphs."""

from visualize.composition import compose
from visualize.notebook import Shown, show
from visualize.quick import quick_view
from visualize.refusal import DrawingError
from visualize.scene import Scene
from visualize.style import Style
from visualize.writing import FORMATS, render, render_bytes, scene_bytes

__all__ = [
    "FORMATS",
    "DrawingError",
    "Scene",
    "Shown",
    "Style",
    "compose",
    "quick_view",
    "render",
    "render_bytes",
    "scene_bytes",
    "show",
]
