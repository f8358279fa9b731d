"""A report as blocks, before it becomes HTML or PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from visualize.wording import Lang


@dataclass(frozen=True, slots=True)
class Heading:
    """Opens a section; `level` 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `quiet`: a remark."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What must not be overlooked."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are relative."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The package's picture, legend included; in print on a page of its own."""

    heading: str
    caption: str


Block = Heading | Paragraph | Notice | Bullets | Pairs | Table | Picture


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language. `footer`: on every page."""

    lang: Lang
    title: str
    subtitle: str
    footer: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)

    def texts(self) -> Sequence[str]:
        """Every text, so that a font can be made that draws them all."""
        out = [self.title, self.subtitle, self.footer]
        for block in self.blocks:
            if isinstance(block, Heading | Paragraph | Notice):
                out.append(block.text)
            elif isinstance(block, Bullets):
                out += block.items
            elif isinstance(block, Pairs):
                out += [text for row in block.rows for text in row]
            elif isinstance(block, Table):
                out += [*block.headings, *(text for row in block.rows for text in row)]
            else:
                out += [block.heading, block.caption]
        return out

    def strong_texts(self) -> Sequence[str]:
        """Those of them that are set in bold: titles, headings and labels."""
        out = [self.title]
        for block in self.blocks:
            if isinstance(block, Heading):
                out.append(block.text)
            elif isinstance(block, Pairs):
                out += [label for label, _ in block.rows]
            elif isinstance(block, Table):
                out += block.headings
            elif isinstance(block, Picture):
                out.append(block.heading)
        return out
