"""Stakes in listed companies: small ones on the way to a bidder, and those that a clearing house holds for others."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from detectors.definition import Suppressor

CLEARING: Final = Suppressor(
    "clearing",
    "证券登记结算机构及其代理人登记的股份为众多投资者所有，不视为共同股东",
    "shares registered to a clearing house or its nominee belong to many investors: it is no common holder",
)
# Of a million companies a few thousand are listed; which of them stand above a bidder its paths say.
LISTED: Final = "MATCH (h:Company) WHERE h.kind = 'listed' RETURN h.id AS holder_id"
LISTED_COLUMNS: Final = ("holder_id",)
_CLEARING: Final = re.compile(
    r"(香港中央[结結]算(\(代理人\))?有限公司|中[国國][证證]券登[记記][结結]算有限|HKSCC NOMINEES\b|HONG KONG SECURITIES CLEARING\b)"
)
_PERCENT: Final = re.compile(r"(?:[0-9.e-]+%–)?([0-9]+(?:\.[0-9]+)?(?:e-[0-9]+)?)%")


def clearing(holder: str, name: str | None) -> tuple[str, str, str] | None:
    """The rule for a holder that is a clearing house, whatever a list calls its kind: (rule, reason zh, reason en)."""
    told = " ".join(unicodedata.normalize("NFKC", name or "").upper().split())
    if not _CLEARING.match(told):
        return None
    return (
        CLEARING.name,
        f"{name or holder}为证券登记结算机构或其代理人，以自己名义代众多投资者登记股份",
        f"{name or holder} is a clearing house, or its nominee: the shares in its name belong to many investors",
    )


def small_in_listed(derivation: Mapping[str, Any], listed: Collection[str], limit: float) -> bool:
    """Does every path of a holding run through a listed company, of each of which the holder has less than `limit`?

    `derivation`: the paths, parsed; False where some are not shown. The first listed company of a path counts.
    """
    paths: Sequence[Mapping[str, Any]] = derivation.get("paths", ())
    if not paths or derivation.get("truncated"):
        return False
    stakes: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for path in paths:
        nodes: Sequence[str] = path["nodes"]
        at = next((n for n, node in enumerate(nodes[1:], 1) if node in listed), None)
        most = None if at is None else _most(path, at, len(nodes) - 1)
        if at is None or most is None:
            return False
        stakes[nodes[at]][tuple(nodes[: at + 1])] = most
    return all(sum(by_way.values()) < limit - 1e-9 for by_way in stakes.values())


def _most(path: Mapping[str, Any], links: int, whole: int) -> float | None:
    """The most of the shares, or votes, that the first `links` of a path come to; None where the formula does not tell."""
    found = []
    for formula in (path["formula"], path["votes_formula"]):
        if not formula or (path["votes_only"] and formula == path["formula"]):
            continue
        factors = [_PERCENT.fullmatch(f) for f in formula.partition(" = ")[0].split(" × ")]
        if len(factors) != whole or None in factors:
            return None
        product = 1.0
        for factor in factors[:links]:
            product *= float(factor[1]) / 100 if factor else 1.0
        found.append(product)
    return max(found) if found else None
