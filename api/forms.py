"""Forms of texts in requests, as expressions: parameters are held against them, and problems tell them in words."""

from __future__ import annotations

from typing import Final

PRINTABLE: Final = r"^[^\x00-\x1f]*$"
"""Text without control characters."""
DAY_FORM: Final = r"^\d{4}-\d\d-\d\d$"
OPTIONAL_DAY_FORM: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"
DATASET_FORM: Final = r"^[\w.-]{1,64}$"
"""The name of a data set."""
