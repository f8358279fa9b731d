"""Open Contracting Data Standard 1.1: releases, records, packages, compiled releases; JSON and JSON Lines.

* All releases of one ocid in a load are merged by date first, so that a party that only gets its identifier in
  a later release is that company throughout. Every fact names the releases that state it.
* Companies meet other files by (scheme, id) of `parties[].identifier`, never by party id, which is a local key.
* A fragment without an ocid is a process of its own, scoped to its file.
* Times are turned into Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Sequence

from loaders.context import InputFile, ReadContext
from loaders.ocds.bids import Bids
from loaders.ocds.parties import Parties
from loaders.ocds.releases import Process, Release, merge_processes, read_releases
from loaders.ocds.shareholders import state_shareholders
from loaders.ocds.tenders import Tender
from loaders.record_rows import RecordRows

__all__ = ["read_ocds"]

_PROCUREMENT = ("tender", "bids", "awards", "contracts", "buyer", "planning")


def read_ocds(files: Sequence[InputFile], context: ReadContext) -> None:
    """Read all OCDS files of one load into the context's extract.

    Items that can't be used are reported and the rest is loaded. Raises `UnreadableFileError` for a file that
    is no JSON or is cut off.
    """
    releases: list[Release] = []
    counted: list[tuple[InputFile, int, int]] = []
    for file in files:
        read, items, refused = read_releases(file, context, len(releases))
        releases.extend(read)
        counted.append((file, items, refused))
    processes: list[Process] = merge_processes(releases, context)
    rows = RecordRows()
    rejected: dict[str, int] = {}
    parties = Parties(processes, rows, context)
    for process in processes:
        # A fragment of parties alone is no procedure.
        if any(key in process.data for key in _PROCUREMENT):
            tender = Tender(process, parties, rows, context)
            Bids(tender, parties, rows, context)
            tender.finish()
        state_shareholders(process, parties, rows, context, rejected)
    rows.flush(context.extract)
    for file, items, refused in counted:
        context.finish_file(file, "ocds", items, refused + rejected.get(file.sha256, 0))
    context.count("ocds_releases", len(releases))
    context.count("ocds_processes", len(processes))
