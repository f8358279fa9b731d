"""Questions that reach every route that reads, made of what a loaded world holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx

FORMATS: Final = ("json", "cytoscape", "svg", "png", "pdf", "graphml", "html")
DAY: Final = "2023-06-30"
NOBODY: Final = "没有这家公司"
"""An id that no world holds: what is not there has to be said alike too."""
_SOME: Final = 6
"""Subjects of whom what is dear is asked."""


@dataclass(frozen=True)
class Met:
    """Ids met in the answers of a service, each kind in order; the same on every store that holds the same data."""

    findings: Mapping[str, str]
    """One of each detector that found something, by the detector's id."""
    lots: Sequence[str]
    households: Sequence[str]
    companies: Sequence[str]
    people: Sequence[str]
    links: Sequence[tuple[str, str, str]]
    """From, to and kind."""
    names: Sequence[str]
    rejects: str
    """Batch and file of refused rows, as the path has them."""
    job: str

    def thinned(self) -> Met:
        """A part of it, links of every kind still among it."""
        kinds = {kind: (start, end, kind) for start, end, kind in self.links}
        return replace(
            self,
            findings=dict(list(self.findings.items())[::4]),
            lots=self.lots[::4],
            households=self.households[::2],
            companies=self.companies[::3],
            people=self.people[::2],
            links=list(kinds.values()),
        )

    @property
    def parties(self) -> list[str]:
        """Companies and people."""
        return [*self.companies, *self.people]


def met(client: httpx.Client, refused: str, job: str) -> Met:
    """Walk from the findings to what they speak of, and from there to what stands beside."""

    def get(path: str, **query: Any) -> Any:
        return client.get(path, params=query).raise_for_status().json()

    found = [
        f
        for d in get("/v1/detectors")["items"]
        for f in get("/v1/findings", detector=d["id"], limit=1)["items"]
    ]
    scopes: dict[str, list[str]] = {"lot": [], "household": []}
    for f in found:
        scopes.setdefault(f["scope"]["kind"], []).append(f["scope"]["id"])
    parties: dict[str, list[str]] = {"Company": [], "Person": []}
    for id_ in dict.fromkeys(s for f in found for s in f["subjects"][:1]):
        answer = client.get(f"/v1/parties/{quoted(id_)}")
        if answer.status_code == 200:
            parties[answer.json()["type"]].append(id_)
    links: dict[tuple[str, str, str], str] = {}
    for id_ in [*parties["Company"], *parties["Person"]]:
        for counted in get(f"/v1/parties/{quoted(id_)}/neighbours")["counts"]:
            kind, way = counted["kind"], counted["direction"]
            if sum(k == kind for _, _, k in links) > (8 if kind == "OWNS" else 1):
                continue
            beside = get(
                f"/v1/parties/{quoted(id_)}/neighbours", kind=kind, direction=way, limit=2, counts=False
            )
            for item in beside["items"]:
                ends = (id_, item["party"]["id"])
                links[(*(ends if way == "out" else ends[::-1]), kind)] = item["party"]["name"]
    return Met(
        findings={f["detector"]: f["id"] for f in found},
        lots=list(dict.fromkeys(scopes["lot"])),
        households=list(dict.fromkeys(scopes["household"])),
        companies=parties["Company"],
        people=parties["Person"],
        links=list(links),
        names=list(dict.fromkeys(name for name in links.values() if name)),
        rejects=refused,
        job=job,
    )  # fmt: skip


def quoted(id_: str) -> str:
    """An id as a part of a path."""
    return quote(id_, safe="")


def _each(path: str, ids: Iterable[str], *queries: str) -> list[str]:
    return [path.format(id=quoted(i)) + q for i in [*ids, NOBODY] for q in queries or ("",)]


def _pictures(path: str, ids: Sequence[str], dated: bool = True) -> list[str]:
    """The first in every format and manner, a few others as screens and as other programs ask for them."""
    manners = [
        "?style=open_ownership&lang=en",
        "?grey=true",
        f"?as_of={DAY}" if dated else "?proof=true",
    ]
    return [
        *_each(path, ids[:1], *(f"?format={f}" for f in FORMATS)),
        *_each(path, ids[:1], *(f"{m}&format={f}" for m in manners for f in ("json", "svg"))),
        *_each(path, ids[1::4], "", "?format=graphml"),
    ]


WALK: Final[Mapping[str, Callable[[Met], Iterable[str]]]] = {
    "/healthz": lambda met: ["/healthz"],
    "/readyz": lambda met: ["/readyz"],
    "/v1/detectors": lambda met: ["/v1/detectors"],
    "/v1/detectors/{id}": lambda met: _each("/v1/detectors/{id}", met.findings),
    "/v1/findings": lambda met: [
        "/v1/findings?limit=40", "/v1/findings?limit=40&order=newest", "/v1/findings?limit=40&order=scope",
        "/v1/findings?limit=500&order=severity", "/v1/findings?state=new&severity=prohibited&severity=deemed",
        "/v1/findings?found=false", "/v1/findings?suppressed=true", "/v1/findings?scope_kind=household",
        *(f"/v1/findings?scope_id={quoted(i)}" for i in (*met.lots[:3], NOBODY)),
        *(f"/v1/findings?subject={quoted(i)}" for i in met.parties),
        "/v1/findings?changed_since=2026-01-01T00:00:00Z&limit=30",
    ],
    "/v1/findings/counts": lambda met: ["/v1/findings/counts", "/v1/findings/counts?state=new&severity=lead&found=true"],
    "/v1/findings/{id}": lambda met: _each("/v1/findings/{id}", met.findings.values()),
    "/v1/findings/{id}/package": lambda met: _each("/v1/findings/{id}/package", [
        met.findings[d] for d in ("common-shareholder",) if d in met.findings
    ]),
    "/v1/findings/{id}/subgraph": lambda met: _pictures("/v1/findings/{id}/subgraph", list(met.findings.values()), dated=False),
    "/v1/households": lambda met: ["/v1/households?limit=50", "/v1/households"],
    "/v1/households/{id}": lambda met: _each("/v1/households/{id}", met.households),
    "/v1/households/{id}/package": lambda met: _each("/v1/households/{id}/package", met.households[:1]),
    "/v1/households/{id}/subgraph": lambda met: _pictures("/v1/households/{id}/subgraph", met.households),
    "/v1/jobs/{id}": lambda met: _each("/v1/jobs/{id}", [met.job]),
    "/v1/jobs/{id}/events": lambda met: _each("/v1/jobs/{id}/events", [met.job]),
    "/v1/links": lambda met: [
        "/v1/links?" + urlencode({"from": a, "to": b, "kind": kind}) for a, b, kind in (*met.links, (NOBODY, "x", "OWNS"))
    ],
    "/v1/loads": lambda met: ["/v1/loads", "/v1/loads?limit=1"],
    "/v1/loads/{batch}/rejects/{name}": lambda met: [
        f"/{met.rejects}", f"/{met.rejects.rpartition('/')[0]}/none.csv"
    ],
    "/v1/lots": lambda met: ["/v1/lots?limit=150", "/v1/lots", *(f"/v1/lots?q={quoted(q)}" for q in ("工程", "BZ", NOBODY))],
    "/v1/lots/{id}": lambda met: _each("/v1/lots/{id}", met.lots),
    "/v1/lots/{id}/subgraph": lambda met: _pictures("/v1/lots/{id}/subgraph", met.lots),
    "/v1/parties": lambda met: [
        *(f"/v1/parties?q={quoted(q)}&limit=100" for q in ("有限公司", "虚构", "yg", "jianshe", "9", NOBODY)),
        *(f"/v1/parties?q={quoted(n)}" for n in met.names[:30]),
        *("/v1/parties?" + urlencode({"q": met.names[0], "type": t}) for t in ("Company", "Person", "Lot", "Household")),
    ],
    "/v1/parties/{id}": lambda met: _each("/v1/parties/{id}", [*met.parties, *met.names[:10]]),
    "/v1/parties/{id}/controller": lambda met: _each("/v1/parties/{id}/controller", met.parties, "", f"?as_of={DAY}"),
    "/v1/parties/{id}/controls": lambda met: _each("/v1/parties/{id}/controls", met.parties, "", f"?as_of={DAY}"),
    "/v1/parties/{id}/history": lambda met: _each(
        "/v1/parties/{id}/history", met.parties[:_SOME], "?from=2020-01-01", f"?from=2015-01-01&to={DAY}"
    ),
    "/v1/parties/{id}/holdings": lambda met: _each("/v1/parties/{id}/holdings", met.parties, "", f"?as_of={DAY}", "?limit=2"),
    "/v1/parties/{id}/neighbours": lambda met: [
        *_each("/v1/parties/{id}/neighbours", [*met.parties[::3], *met.households[:2]]),
        *_each("/v1/parties/{id}/neighbours", met.parties[:_SOME], f"?as_of={DAY}"),
        *(f"/v1/parties/{quoted(i)}/neighbours?kind={kind}&direction={way}&counts=false"
          for a, b, kind in met.links for i, way in ((a, "out"), (b, "in"))),
    ],
    "/v1/parties/{id}/owners": lambda met: [
        *_each("/v1/parties/{id}/owners", met.parties, "", f"?as_of={DAY}"),
        *_each("/v1/parties/{id}/owners", met.companies[:_SOME],
               *(f"?method={m}" for m in ("integrated", "stop_at_target", "simple_paths"))),
    ],
    "/v1/parties/{id}/package": lambda met: _each("/v1/parties/{id}/package", met.parties[:2]),
    "/v1/parties/{id}/subgraph": lambda met: [
        *_pictures("/v1/parties/{id}/subgraph", met.parties[::2]),
        *(f"/v1/parties/{quoted(a)}/subgraph?" + urlencode({"with": [b, *met.parties[:1]], "as_of": DAY}, doseq=True)
          for a, b, kind in met.links if kind in ("OWNS", "LEGAL_REP_OF", "RELATED_TO")),
    ],
    "/v1/parties/{id}/ultimate-owners": lambda met: _each(
        "/v1/parties/{id}/ultimate-owners", met.companies, "", "?threshold=10%25&concerts=true&couples=true"
    ),
    "/v1/paths": lambda met: [
        "/v1/paths?" + urlencode({"from": a, "to": b} | more, doseq=True)
        for a, b, kind in (*met.links, (NOBODY, NOBODY, "OWNS")) if kind in ("OWNS", "LEGAL_REP_OF", "RELATED_TO")
        for more in ({}, {"top": 5, "kinds": ["ownership", "officer"]}, {"as_of": DAY})
    ],
    "/v1/runs": lambda met: ["/v1/runs", "/v1/runs?limit=1"],
    # The run over everything, by the word it is told by on either side.
    "/v1/runs/{id}/undecided": lambda met: [
        *_each("/v1/runs/{id}/undecided", ["first-run"], "?limit=500", "?limit=2", "?detector=shared-contact"),
        "/v1/runs/first-run/undecided?cursor=x",
    ],
    "/v1/runs/{id}/undecided/counts": lambda met: _each("/v1/runs/{id}/undecided/counts", ["first-run"]),
    "/v1/status": lambda met: ["/v1/status"],
}  # fmt: skip
"""For every path of the contract that is read by GET, the questions to ask of it."""

PERSONAL: Final = frozenset({"/v1/parties/{id}/package", "/v1/households/{id}/package"})
"""What is refused as a whole to a key that may not see persons."""

POSTED: Final[Mapping[str, Callable[[Met], Iterable[tuple[str, Any]]]]] = {
    "/v1/relations": lambda met: [
        ("/v1/relations", {"parties": [{"id": i} for i in ids]}) for ids in (met.parties[:40], met.parties[40:], [NOBODY])
    ],
    "/v1/screenings": lambda met: [
        ("/v1/screenings", {"parties": [{"id": i} for i in met.companies[:40]]}),
        ("/v1/screenings", {"as_of": DAY, "parties": [{"name": n} for n in (*met.names[:40], NOBODY)]}),
    ],
    "/v1/lots/{id}/screen": lambda met: [(path, None) for path in _each("/v1/lots/{id}/screen", met.lots[::4])],
}  # fmt: skip
"""What is asked with a body, or records what it found, and reads the graph alone."""

LEFT_OUT: Final = {"/metrics": "counts and times of the requests themselves: no two services share them"}
