"""Which methods of procurement are bidding (招标): the law of bidding is for these alone."""

from __future__ import annotations

from typing import Final

BY_TENDER: Final = ("open", "invited")
"""Methods that are bidding; negotiation, consultation, quotation, a single source and direct award are not."""
