"""A picture as one HTML file that needs nothing else: no server, no network, no fonts from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib import resources
from typing import Any

from visualize.scene import Facts, Scene
from visualize.svg import document
from visualize.typeface import FAMILY, font_rules
from visualize.wording import WORDS, Lang, pick

_BUTTONS: dict[Lang, dict[str, str]] = {
    "zh": {"fit": "适合窗口", "larger": "放大", "smaller": "缩小", "lang": "English"},
    "en": {"fit": "Fit", "larger": "Zoom in", "smaller": "Zoom out", "lang": "中文"},
}


def page(scenes: dict[Lang, Scene], lang: Lang = "zh", *, fonts: bool = False) -> str:
    """The stand-alone page of one picture in both languages, opening in `lang`.

    Pan, zoom, details with source rows on hover, click or Enter. The content security policy admits this page's
    own script and styles by hash and nothing else; data reaches the script as JSON in which no tag can open. With
    `fonts`, the page carries a typeface of the picture's characters inside itself.
    """
    script = _asset("viewer.js")
    styles = _asset("viewer.css")
    faces = font_rules(*scenes.values()) if fonts else ""
    styles = faces + styles
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(styles)}; "
        f"{'font-src data:; ' if faces else ''}"
        "base-uri 'none'; form-action 'none'"
    )
    pictures = "\n".join(
        f'<div id="pic-{one}"{"" if one == lang else " hidden"}>\n{document(scenes[one], "", FAMILY if fonts else "", True)}</div>'
        for one in sorted(scenes, reverse=True)
    )
    buttons = "".join(
        f'<button type="button" id="{name}">{sign}</button>'
        for name, sign in (("smaller", "−"), ("larger", "+"), ("fit", ""), ("lang", ""))
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(scenes[lang].title)}</title>\n<style>{styles}</style>\n</head>\n<body>\n"
        f'<main id="stage">\n{pictures}\n</main>\n<div id="bar" role="toolbar">{buttons}</div>\n'
        '<aside id="card" aria-live="polite" hidden></aside>\n'
        f'<script type="application/json" id="data">{safe_json(_data(scenes, lang))}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def safe_json(value: Any) -> str:
    """JSON that can stand inside a script element whatever its strings hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text)


def _data(scenes: dict[Lang, Scene], lang: Lang) -> dict[str, Any]:
    return {
        "lang": lang,
        "titles": {one: scene.title for one, scene in scenes.items()},
        "words": {one: {**_BUTTONS[one], "sources": pick(WORDS["sources"], one)} for one in scenes},
        "links": _links(scenes[lang]),
        "facts": {
            one: {
                **{f"n{i}": _facts(n.facts) for i, n in enumerate(scene.nodes)},
                **{f"l{i}": _facts(k.facts) for i, k in enumerate(scene.lines) if k.path},
            }
            for one, scene in scenes.items()
        },
    }


def _links(scene: Scene) -> list[list[str]]:
    """[line, end, end] by the keys of the picture; a line to a stack is near all its members."""
    keys = {n.id: f"n{i}" for i, n in enumerate(scene.nodes)}
    members = {s.id: s.members for s in scene.stacks}
    out = []
    for i, line in enumerate(scene.lines):
        if line.path:
            for source in members.get(line.source, (line.source,)):
                for target in members.get(line.target, (line.target,)):
                    out.append([f"l{i}", keys[source], keys[target]])
    return out


def _facts(facts: tuple[Facts, ...]) -> list[Any]:
    return [[f.heading, [list(row) for row in f.rows], list(f.sources)] for f in facts]


def _asset(name: str) -> str:
    return resources.files("visualize").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
