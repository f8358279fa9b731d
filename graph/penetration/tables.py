"""What looking through is given: the ownership side of a graph, as frames.

Dates are ISO strings (`YYYY-MM-DD` or `YYYY-MM`), spans half open, null = open; shares are fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.counted import counted

_TEXT: Final = pl.String()
_SHARE: Final = pl.Float64()
_FLAG: Final = pl.Boolean()

PARTIES: Final[dict[str, pl.DataType]] = {
    "id": _TEXT,
    "type": _TEXT,
    "name": _TEXT,
    "kind": _TEXT,
    "unnamed": _TEXT,
}
HOLDINGS: Final[dict[str, pl.DataType]] = {
    "key": _TEXT,
    "holder_id": _TEXT,
    "company_id": _TEXT,
    "share": _SHARE,
    "share_min": _SHARE,
    "share_max": _SHARE,
    "min_open": _FLAG,
    "max_open": _FLAG,
    "votes": _SHARE,
    "votes_min": _SHARE,
    "votes_max": _SHARE,
    "share_class": _TEXT,
    "list_kind": _TEXT,
    "dataset": _TEXT,
    "observed_on": _TEXT,
    "valid_from": _TEXT,
    "valid_to": _TEXT,
    "counted": _FLAG,
    "declared_indirect": _FLAG,
    "components": pl.List(_TEXT),
    "derived_from": _TEXT,
    "holder_role": _TEXT,
    "sources": pl.List(_TEXT),
}
CONTROL: Final[dict[str, pl.DataType]] = {
    "key": _TEXT,
    "holder_id": _TEXT,
    "company_id": _TEXT,
    "interest": _TEXT,
    "direct": _FLAG,
    "suspected": _FLAG,
    "valid_from": _TEXT,
    "valid_to": _TEXT,
    "sources": pl.List(_TEXT),
}
CONCERTS: Final[dict[str, pl.DataType]] = {
    "concert_id": _TEXT,
    "party_id": _TEXT,
    "company_id": _TEXT,
    "valid_from": _TEXT,
    "valid_to": _TEXT,
}
SAME_AS: Final[dict[str, pl.DataType]] = {"from_id": _TEXT, "to_id": _TEXT, "by": _TEXT}


class OwnershipError(ValueError):
    """Ownership that can't be looked through as it stands. The message, in both languages, names the rows."""

    def __init__(self, zh: str, en: str):
        super().__init__(f"{zh} {en}")
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class OwnershipTables:
    """The ownership side of a graph.

    * `parties`: id, type ("Company", "Person", "Concert"), name, kind, unnamed (why, of a party nobody names);
    * `holdings`: one row a stated shareholding. Rows with `counted` false never enter. Rows equal in everything
      that counts are one; other rows of one holder are added. `declared_indirect` rows state a whole route, `components` its parts (ids of
      parties on it, keys or statement ids of its links);
    * `control`: declared control (`EXERCISES_CONTROL`);
    * `concerts`: members of groups acting together; `company_id` null = for every company;
    * `same_as`: one party under two ids; `by` is identifier, unique_name or decision.

    Columns that are absent count as empty.
    """

    parties: pl.DataFrame
    holdings: pl.DataFrame
    control: pl.DataFrame
    concerts: pl.DataFrame
    same_as: pl.DataFrame
    ends: pl.DataFrame | None = None
    """Holder and company of each holding as rows of `parties`, where the store numbers them: found without a search."""

    @classmethod
    def of(
        cls,
        parties: pl.DataFrame | None = None,
        holdings: pl.DataFrame | None = None,
        control: pl.DataFrame | None = None,
        concerts: pl.DataFrame | None = None,
        same_as: pl.DataFrame | None = None,
        ends: pl.DataFrame | None = None,
    ) -> OwnershipTables:
        """Tables of the full shape from frames that may lack columns, or be absent."""
        return cls(
            _shaped(parties, PARTIES).with_columns(pl.col("name", "kind").replace("", None)),
            _shaped(holdings, HOLDINGS).with_columns(pl.col("counted").fill_null(True)),
            _shaped(control, CONTROL),
            _shaped(concerts, CONCERTS),
            _shaped(same_as, SAME_AS),
            ends,
        )

    def shaped(self) -> OwnershipTables:
        """The same with every column there and of its type."""
        return OwnershipTables.of(
            self.parties, self.holdings, self.control, self.concerts, self.same_as, self.ends
        )


def _shaped(frame: pl.DataFrame | None, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    if frame is None:
        return pl.DataFrame(schema=schema)
    # In one piece: taking texts here and there from pieces takes twenty times as long.
    return frame.rechunk().select(
        pl.col(name).cast(type_) if name in frame.columns else pl.lit(None, type_).alias(name)
        for name, type_ in schema.items()
    )


def check_fractions(holdings: pl.DataFrame) -> None:
    """Raises `OwnershipError` where a share or vote is negative, above 1, infinite or not a number, or a band reversed."""
    columns = ("share", "share_min", "share_max", "votes", "votes_min", "votes_max")
    fits = [
        pl.col(c).is_null() | (pl.col(c).is_finite() & pl.col(c).is_between(0.0, 1.0 + 1e-9)) for c in columns
    ]
    wrong = holdings.filter(~pl.all_horizontal(fits))
    if wrong.height:
        row = wrong.row(0, named=True)
        where = f"{row['holder_id']} → {row['company_id']} ({row['key']})"
        raise OwnershipError(
            f"持股比例必须在 0 到 1 之间：{where}；共 {wrong.height} 行。请改正后重新加载。",
            f"A share must be a fraction from 0 to 1: {where}; {counted(wrong.height, 'row')}. Correct them and load again.",
        )
    check_bands(holdings)


def check_bands(holdings: pl.DataFrame) -> None:
    """Raises `OwnershipError` where only a band is stated, and its lower end lies above its upper one."""
    for name in ("share", "votes"):
        if not {f"{name}_min", f"{name}_max"} <= set(holdings.columns):
            continue
        point = pl.col(name) if name in holdings.columns else pl.lit(None)
        wrong = holdings.filter(point.is_null() & (pl.col(f"{name}_min") > pl.col(f"{name}_max") + 1e-9))
        if wrong.height:
            row = wrong.row(0, named=True)
            where = f"{row['holder_id']} → {row['company_id']}: {row[f'{name}_min']} > {row[f'{name}_max']}"
            raise OwnershipError(
                f"区间的下限高于上限：{where}；共 {wrong.height} 行。请改正后重新加载。",
                f"A range whose lower end is above its upper one: {where}; {counted(wrong.height, 'row')}. "
                "Correct them and load again.",
            )
