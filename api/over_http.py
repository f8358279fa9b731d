"""What loading says, as it is told over HTTP: files are sent with the fields of a form, and there are no options.

Loaders word their advice for the command line. What only a command can do (a mapping, a forced format) is left out; what
a field of the form does is told by that field.
"""

from __future__ import annotations

import re
from typing import Final

_ZH: Final = (
    (r"[，,]?或用 --map 指定[^。）：]*", ""),
    (r"[，,]?或在 --map 文件[^。]*", ""),
    (r"[；;]?也可用 --format 指定", ""),
    (r"如识别有误，可用 --format 指定格式。", ""),
    (r"--strict 下", "strict 为 true 时"),
    (r"用 --observed-on 注明取数日期", "在 observed_on 中注明取数日期"),
)
_EN: Final = (
    (r",? or name (?:it|them) in a --map file", ""),
    (r",? or set (?:(?! or set ).)*? a --map file", ""),
    (r"; --format forces one", ""),
    (r" Where that is wrong, --format forces a format\.", ""),
    (r"with --strict", "with strict"),
    (r"load it with --observed-on", "load it with observed_on"),
)


def over_http(zh: str, en: str) -> tuple[str, str]:
    """Both languages of what a loader says, without options of the command line."""
    for pattern, instead in _ZH:
        zh = re.sub(pattern, instead, zh)
    for pattern, instead in _EN:
        en = re.sub(pattern, instead, en)
    return zh, en
