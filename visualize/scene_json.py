"""A scene as JSON, for screens that draw it themselves and for other programs."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from visualize.scene import Scene

VERSION = 1


def scene_object(scene: Scene) -> dict[str, Any]:
    """The scene as plain objects: `{"version", "width", "height", "nodes", "lines", "stacks", "legend", …}`.

    Lengths are pixels rounded to a tenth. Fields are those of `visualize.scene`.
    """
    tidy = _rounded(asdict(scene))
    if not isinstance(tidy, dict):
        raise TypeError("a scene is an object")
    return {"version": VERSION, **tidy}


def scene_json(scene: Scene) -> str:
    """The scene as one JSON text, ending in a line break."""
    text = json.dumps(scene_object(scene), ensure_ascii=False, separators=(",", ":"))
    # An id may hold half a surrogate pair, which UTF-8 can't carry but a JSON escape can.
    return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        short = round(value, 1)
        return int(short) if short.is_integer() else short
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    return value
