"""Amounts of money, exactly: integers of the currency's smallest unit, never through floating point."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from loaders.values.distinct import parse_column

CURRENCIES: Final = {
    "CNY": ("元", "圆", "人民币", "人民币元", "rmb", "cny", "¥", "cn¥", "rmb¥"),
    "USD": ("美元", "美金", "usd", "us$", "usd$"),
    "HKD": ("港元", "港币", "港币元", "hkd", "hk$"),
    "EUR": ("欧元", "eur", "€"),
    "JPY": ("日元", "日币", "jpy"),
    "GBP": ("英镑", "gbp", "£"),
    "AUD": ("澳元", "澳大利亚元", "aud"),
    "CAD": ("加元", "加拿大元", "cad"),
    "SGD": ("新加坡元", "新元", "sgd"),
    "TWD": ("台币", "新台币", "新台币元", "twd"),
    "KRW": ("韩元", "韩币", "krw"),
    "CHF": ("瑞士法郎", "瑞郎", "chf"),
    "MOP": ("澳门元", "澳门币", "mop"),
}
"""ISO 4217 codes and what they are called."""

_NO_MINOR_UNITS: Final = frozenset({"JPY", "KRW"})
_CODE_OF: Final = {word: code for code, words in CURRENCIES.items() for word in (code.lower(), *words)}
_POWERS: Final = {
    "": 0,
    "十": 1,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}
_WORDS: Final = "|".join(re.escape(w) for w in sorted(_CODE_OF, key=len, reverse=True))
_MULTIPLIERS: Final = "|".join(sorted((p for p in _POWERS if p), key=len, reverse=True))
_UNIT: Final = re.compile(rf"({_WORDS})?({_MULTIPLIERS})?({_WORDS})?(人民币)?")
_CELL: Final = (
    rf"^(?P<before>{_WORDS})?:?(?P<sign>[-+]?)(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d*)(?:\.(?P<part>\d*))?"
    rf"(?P<times>{_MULTIPLIERS})?(?P<after>{_WORDS})?(?P<rmb>人民币)?整?$"
)
_MAX_DIGITS: Final = 18


def money_unit(unit: str | None) -> tuple[int, str | None] | None:
    """(power of ten, currency or None) of a unit as written (`万元` → (4, "CNY")); None where it is none."""
    if not unit:
        return None
    match = _UNIT.fullmatch(re.sub(r"[\s()（）]", "", unit).lower())
    if not match:
        return None
    before, times, after, rmb = match.groups()
    codes = {_CODE_OF[w] for w in (before, after, rmb) if w}
    if before and after in ("元", "圆"):
        codes = {_CODE_OF[before]}
    if len(codes) > 1:
        return None
    return _POWERS[times or ""], next(iter(codes), None)


def parse_money(
    s: pl.Series, unit: str | None = None, currency: pl.Series | str | None = None
) -> pl.DataFrame:
    """Amounts of a column: `amount` (`Int64`, minor units), `currency` (ISO 4217), `rounded`, `error`.

    `unit` is the header's (`万元`, `USD`…); what a cell states itself (`900万美元`) goes before it. `currency`
    is a column or code stated beside the amount: a bare number then counts in that currency, in the header's
    multiple, for the 元 of 万元 (the header's, or a cell's 100万元) names the multiple alone where a currency stands beside it.
    A figure finer than the minor unit is rounded half up, away from zero, and marked `rounded`.

    Errors: `unit-unknown` (a bare number nothing gives a unit for), `share-count` (股), `not-an-amount`,
    `scientific-notation` (digits may be lost), `amount-too-large`, `currency-unknown`, `currency-conflict`.
    Null stays null without error.
    """
    header = money_unit(unit)
    if isinstance(currency, pl.Series):
        codes = currency_codes(currency)
        pair = pl.DataFrame({"text": s.cast(pl.String), "code": codes, "stated": currency.cast(pl.String)})
        if pair["code"].drop_nulls().n_unique() <= 1 and pair["code"].null_count() in (0, pair.height):
            code = pair["code"].drop_nulls().unique()
            result = _parse_in(s, header, unit, code[0] if len(code) else None)
        else:
            parts = [
                group.select("at").hstack(_parse_in(group["text"], header, unit, key[0] and str(key[0])))
                for key, group in pair.with_row_index("at").group_by("code")
            ]
            result = pl.concat(parts).sort("at").drop("at")
        unknown = (
            pair["code"].is_null()
            & pair["stated"].is_not_null()
            & (pair["stated"] != "")
            & pair["text"].is_not_null()
        )
        if unknown.any():
            return result.select(
                pl.when(~unknown).then("amount"),
                pl.when(~unknown).then("currency"),
                "rounded",
                pl.when(unknown).then(pl.lit("currency-unknown")).otherwise("error").alias("error"),
            )
        return result
    return _parse_in(s, header, unit, _CODE_OF.get(currency.strip().lower()) if currency else None)


def currency_codes(s: pl.Series) -> pl.Series:
    """ISO 4217 codes of a column of currencies (人民币, 元, USD…); null where unknown or empty."""
    key = s.cast(pl.String).str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    return key.replace_strict(_CODE_OF, default=None, return_dtype=pl.String).alias("currency")


def _parse_in(
    s: pl.Series, header: tuple[int, str | None] | None, unit: str | None, code: str | None
) -> pl.DataFrame:
    if header is None and unit is None and code is not None:
        header = (0, code)
    elif header is not None and code is not None and (header[1] is None or _of_any_currency(unit)):
        header = (header[0], code)
    power, default = header or (None, None)
    if power is None or default is None:
        # `^\b\B` matches nothing: without a unit no text is plain.
        return parse_column(s, r"^\b\B", _nothing, lambda texts: _parse(texts, power, default, code))
    places = power + (0 if default in _NO_MINOR_UNITS else 2)
    whole = _MAX_DIGITS - places
    plain = (
        rf"^(?:\d{{1,3}}(?:,\d{{3}}){{0,{max((whole - 3) // 3, 0)}}}|\d{{1,{whole}}})(?:\.\d{{0,{places}}})?$"
    )
    return parse_column(
        s,
        plain,
        lambda texts: _plain(texts, places, default),
        lambda texts: _parse(texts, power, default, code),
    )


def _of_any_currency(unit: str | None) -> bool:
    """Is a unit's currency no more than 元, which may count any (10万元 of dollars)?"""
    return re.fullmatch(rf"({_MULTIPLIERS})?[元圆]", re.sub(r"[\s()（）]", "", unit or "")) is not None


def _nothing(texts: pl.Series) -> pl.DataFrame:
    del texts
    return pl.DataFrame(
        schema={"amount": pl.Int64, "currency": pl.String, "rounded": pl.Boolean, "error": pl.String}
    )


def _plain(texts: pl.Series, places: int, currency: str) -> pl.DataFrame:
    """Digits and thousands separators alone, no finer than the minor unit."""
    number = texts.str.replace_all(",", "", literal=True).cast(pl.Decimal(38, places))
    return pl.DataFrame({"amount": number.to_physical().cast(pl.Int64)}).with_columns(
        currency=pl.lit(currency), rounded=pl.lit(False), error=pl.lit(None, pl.String)
    )


def _parse(
    texts: pl.Series, power: int | None, default: str | None, beside: str | None = None
) -> pl.DataFrame:
    """`power` and `default` are the header's multiple and currency; `beside` is a column's, stated beside the amount."""
    clean = (
        texts.str.normalize("NFKC")
        .str.replace_all(r"[\s()（）\[\]]", "")
        .str.replace_all("￥", "¥")
        .str.to_lowercase()
    )
    frame = pl.DataFrame({"text": clean}).with_columns(pl.col("text").str.extract_groups(_CELL).alias("g"))
    g = pl.col("g").struct
    frame = frame.with_columns(
        before=g.field("before").replace_strict(_CODE_OF, default=None, return_dtype=pl.String),
        after=pl.coalesce(g.field("after"), g.field("rmb")).replace_strict(
            _CODE_OF, default=None, return_dtype=pl.String
        ),
        weak=g.field("after").is_in(["元", "圆"]),
        times=g.field("times").replace_strict(_POWERS, default=None, return_dtype=pl.Int64),
        negative=g.field("sign") == "-",
        whole=g.field("whole").fill_null("").str.replace_all(",", "", literal=True),
        part=g.field("part").fill_null(""),
    ).with_columns(
        # In 港币100万元 the 元 only counts the currency named before it.
        conflict=pl.col("before").is_not_null()
        & pl.col("after").is_not_null()
        & (pl.col("before") != pl.col("after"))
        & ~pl.col("weak").fill_null(False)
        | pl.col("g").struct.field("rmb").is_not_null() & (pl.col("after") != "CNY"),
        cell=pl.when(
            pl.col("weak") & pl.col("before").is_null() & g.field("rmb").is_null() & (beside is not None)
        )
        .then(pl.lit(beside, pl.String))
        .otherwise(pl.coalesce("before", "after")),
    )
    own = pl.col("cell").is_not_null()
    multiple = (
        pl.when(own | pl.col("times").is_not_null())
        .then(pl.col("times").fill_null(0))
        .otherwise(pl.lit(power, pl.Int64))
    )
    frame = frame.with_columns(
        currency=pl.coalesce("cell", pl.lit(default, pl.String)),
        matched=(pl.col("whole") + pl.col("part")) != "",
        multiple=multiple,
    ).with_columns(
        # Digits with the decimal point moved to the minor unit: `shift` places of the fraction are kept.
        shift=pl.col("multiple")
        + pl.when(pl.col("currency").is_in(list(_NO_MINOR_UNITS))).then(0).otherwise(2),
    )
    kept = pl.col("whole") + pl.col("part").str.head(pl.col("shift"))
    zeros = pl.col("shift") - pl.col("part").str.len_chars().cast(pl.Int64)
    dropped = pl.col("part").str.slice(pl.col("shift"))
    frame = frame.with_columns(
        digits=kept.str.strip_chars_start("0"),
        zeros=pl.when(zeros > 0).then(zeros).otherwise(0),
        up=dropped.str.contains(r"^[5-9]").fill_null(False),
        rounded=dropped.str.contains(r"[1-9]").fill_null(False),
    ).with_columns(length=pl.col("digits").str.len_chars().cast(pl.Int64) + pl.col("zeros"))
    text = pl.col("text")
    error = (
        pl.when(text.str.contains(r"^[-+]?[\d.,]+(万|亿)?股$"))
        .then(pl.lit("share-count"))
        .when(text.str.contains(r"^[-+]?\d+(\.\d+)?e[-+]?\d+"))
        .then(pl.lit("scientific-notation"))
        .when(~pl.col("matched").fill_null(False))
        .then(pl.lit("not-an-amount"))
        .when("conflict")
        .then(pl.lit("currency-conflict"))
        .when(pl.col("currency").is_null() | pl.col("multiple").is_null())
        .then(pl.lit("unit-unknown"))
        .when((pl.col("length") > _MAX_DIGITS) & (pl.col("digits") != ""))
        .then(pl.lit("amount-too-large"))
    )
    frame = frame.with_columns(error=error)
    ok = pl.col("error").is_null()
    powers = {i: 10**i for i in range(_MAX_DIGITS + 1)}
    number = pl.when(ok & (pl.col("digits") != "")).then(pl.col("digits")).otherwise(pl.lit("0")).cast(
        pl.Int64, strict=False
    ) * pl.when(ok & (pl.col("digits") != "")).then(pl.col("zeros")).otherwise(0).replace_strict(
        powers, default=1, return_dtype=pl.Int64
    ) + pl.col("up").cast(pl.Int64)
    return frame.select(
        amount=pl.when(ok).then(pl.when("negative").then(-number).otherwise(number)),
        currency=pl.when(ok).then("currency"),
        rounded=pl.when(ok).then("rounded"),
        error="error",
    )
