"""What stands for a contact, a plate or a number where personal data is hidden."""

from __future__ import annotations

import pytest

from exports.evidence.veiling import masked_value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800000021", "***21"),
        ("虚构B·99999", "***99"),
        ("1101010000002X", "***2X"),
        ("12345", "***"),
        ("虚构市测试路1号测五己收", "***"),
        ("Administrator", "***"),
        ("某某建设公司张建国", "***"),
    ],
)
def test_of_words_nothing_stays(value: str, shown: str) -> None:
    assert masked_value(value) == shown
