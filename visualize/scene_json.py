"""A scene as JSON, for screens that draw it themselves and for other programs."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from typing import Any, Final

from visualize.scene import Scene

VERSION = 1
_FIELDS: Final[dict[type, tuple[str, ...]]] = {}
"""The fields of each kind of piece of a scene; none of what is no such piece."""


def scene_object(scene: Scene) -> dict[str, Any]:
    """The scene as plain objects: `{"version", "width", "height", "nodes", "lines", "stacks", "legend", …}`.

    Lengths are pixels rounded to a tenth. Fields are those of `visualize.scene`.
    """
    tidy = _plain(scene)
    if not isinstance(tidy, dict):
        raise TypeError("a scene is an object")
    return {"version": VERSION, **tidy}


def scene_json(scene: Scene) -> str:
    """The scene as one JSON text, ending in a line break."""
    text = json.dumps(scene_object(scene), ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        # An id may hold half a surrogate pair, which UTF-8 can't carry but a JSON escape can.
        text = re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text)
    return text + "\n"


def _plain(value: Any) -> Any:
    # One walk: `dataclasses.asdict` copies everything first, which took two thirds of the time of a large picture.
    kind = type(value)
    if kind is str:
        return value
    if kind is float:
        short = round(value, 1)
        return int(short) if short.is_integer() else short
    if kind is tuple or kind is list:
        return [_plain(v) for v in value]
    if kind is dict:
        return {k: _plain(v) for k, v in value.items()}
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(f.name for f in fields(value)) if is_dataclass(value) else ()
    names = _FIELDS[kind]
    return {name: _plain(getattr(value, name)) for name in names} if names else value
