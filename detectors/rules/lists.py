"""Values that are lists of words: what stands between them, and which of them would never match anything."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from detectors.definition import Parameter
from detectors.units import SEPARATORS

_SEPARATORS: Final = ",;，；、"
"""What people write between words: all but one's own would make one word of them, which is found nowhere."""
_NEAR: Final = 0.75


def listed(parameter: Parameter, value: str) -> str:
    """A list as detectors read it: no blanks around its words, and codes for words of files; another text as it is."""
    separator = _separator(parameter)
    if not separator:
        return value
    code = {word: code for code, words in parameter.codes.items() for word in words}
    words = [code.get(word, word) for word in _words(value, separator)]
    return separator.join(dict.fromkeys(words))


def wrong_list(place: tuple[str, str], parameter: Parameter, value: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a list, in Chinese and English. `place`: which rule it is, to stand before it."""
    separator = _separator(parameter)
    if not separator:
        return
    name = parameter.name
    used = [s for s in _SEPARATORS if s != separator and s in value]
    if used:
        yield (
            f"{place[0]}{name} 的各词之间请写半角“{separator}”，不写“{used[0]}”：{parameter.doc_zh}",
            f"{place[1]}write {separator!r} between the words of {name}, not {used[0]!r}: {parameter.doc_en}",
        )
    elif value and not _words(value, separator):
        yield (
            f"{place[0]}{name} 的值“{value}”没有任何词：{parameter.doc_zh}",
            f"{place[1]}{name} {value!r} holds no word: {parameter.doc_en}",
        )
    elif parameter.codes:
        yield from _near_codes(place, parameter, _words(value, separator))


def _near_codes(place: tuple[str, str], parameter: Parameter, words: list[str]) -> Iterator[tuple[str, str]]:
    """A word that is nearly a code, or a part of a word read as one. Any other may be one of the data's own."""
    known = {name: code for code, said in parameter.codes.items() for name in (code, *said)}
    for word in words:
        if word in known:
            continue
        parts = [name for name in known if word in name]
        near = parts or difflib.get_close_matches(word, parameter.codes, 1, _NEAR)
        if near:
            code = known[near[0]]
            said = "、".join(parameter.codes[code])
            yield (
                f"{place[0]}{parameter.name} 中的“{word}”不与任何数据相符，是否指 {code}（{said}）？",
                f"{place[1]}{word!r} of {parameter.name} matches no data; did you mean {code} ({said})?",
            )


def _separator(parameter: Parameter) -> str:
    return parameter.separator or SEPARATORS.get(parameter.unit, "")


def _words(value: str, separator: str) -> list[str]:
    return [word for part in value.split(separator) if (word := part.strip())]
