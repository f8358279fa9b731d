"""What ownership and control are worked out from, in columns."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class OwnershipTables:
    """The ownership part of a graph. Dates are ISO text, half open; empty = open.

    * `parties`: id, type (Company, Person, Concert), name, kind.
    * `holdings`: key, holder_id, company_id, share, share_min, share_max, min_open, max_open, votes, votes_min,
      votes_max, share_class, list_kind, dataset, observed_on, valid_from, valid_to, counted, declared_indirect,
      derived_from, holder_role, sources. Shares and votes are fractions.
    * `control`: key, holder_id, company_id, interest, direct, suspected, valid_from, valid_to, sources.
    * `concerts`: concert_id, party_id, company_id (empty = all), valid_from, valid_to.
    * `same_as`: from_id, to_id, by.
    """

    parties: pl.DataFrame
    holdings: pl.DataFrame
    control: pl.DataFrame
    concerts: pl.DataFrame
    same_as: pl.DataFrame
