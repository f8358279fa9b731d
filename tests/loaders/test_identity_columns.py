"""Columns of right numbers are read at once; the answer is that of reading each cell closely."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from loaders.identity import PersonKey, companies, persons, read_company_ids, read_person_ids
from loaders.identity.check_digits import plain_resident, plain_uscc, valid_resident_check, valid_uscc

KEY = PersonKey(b"a key for tests only")
CODES = [body + uscc.calc_check_digit(body) for body in ("9199999900000000B", "12999999000000029")]
NUMBERS = [body + ric.calc_check_digit(body + "0") for body in ("99999919900101001", "99999919900101003")]
RIGHT = [*CODES, *NUMBERS]
AWKWARD = [
    None, "", " ", "-", "无", "91999999000000003l", " 91999999000000003L", "９1999999000000003L",
    "91999999000000003M", "9199999900000000", "91999999-00000003L", "uscc:91999999000000003L",
    "999999199002310018", "99999919900101002x", "９99999199001010011", "999999900101001", "999999********0011",
    "9999991990010100XXXX", "G12345678", "H1234567801", "4.4E+17", "999999199001010000", "local:7", "person:ab",
    "A7", "٩99999199001010011", "91999999O00000003L", "919999990000000٣0", "O19999990000000I03",
]  # fmt: skip
KINDS = [None, None, "身份证", "01", "护照", "", "营业执照", "居民 身份证", "-", "某种证件"]

cells = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(RIGHT), st.sampled_from(AWKWARD)),
        st.sampled_from(KINDS),
        st.sampled_from([True, False, None]),
    ),
    max_size=12,
)


def test_the_right_numbers_are_read_at_once() -> None:
    assert plain_uscc(pl.Series(CODES)).all()
    assert plain_resident(pl.Series(NUMBERS)).all()


@given(cells, st.sampled_from([None, "cn-regno"]))
def test_companies(rows: list[tuple[str | None, str | None, bool | None]], scheme: str | None) -> None:
    raw = pl.Series([r[0] for r in rows], dtype=pl.String)
    for numeric in (None, pl.Series([r[2] for r in rows], dtype=pl.Boolean)):
        closely = companies._read_closely(raw, numeric, scheme)
        assert read_company_ids(raw, numeric, scheme).equals(closely, null_equal=True)


@given(cells)
def test_people(rows: list[tuple[str | None, str | None, bool | None]]) -> None:
    raw = pl.Series([r[0] for r in rows], dtype=pl.String)
    for kinds in (None, pl.Series([r[1] for r in rows], dtype=pl.String)):
        for numeric in (None, pl.Series([r[2] for r in rows], dtype=pl.Boolean)):
            closely = persons._read_closely(raw, kinds, KEY, numeric)
            assert read_person_ids(raw, kinds, KEY, numeric).equals(closely, null_equal=True)


@given(st.lists(st.text("0123456789ABXLIO x９", min_size=16, max_size=19), max_size=5))
def test_check_characters(texts: list[str]) -> None:
    raw = pl.Series([*texts, *RIGHT], dtype=pl.String)
    ascii_only = pl.Series([t.isascii() for t in raw.to_list()])
    assert plain_uscc(raw).to_list() == (valid_uscc(raw.set(~ascii_only, None))).to_list()
    assert plain_resident(raw).to_list() == (valid_resident_check(raw.set(~ascii_only, None))).to_list()


@pytest.mark.parametrize("reader", [plain_uscc, plain_resident])
def test_an_empty_column(reader: object) -> None:
    assert callable(reader)
    assert reader(pl.Series([], dtype=pl.String)).to_list() == []
