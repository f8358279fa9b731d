"""A process of its own that records runs: `python -m tests.cases.recorder URL NAME RUNS FINDINGS`.

It says "ready" and waits for a line before it begins, so that several begin together.
"""

from __future__ import annotations

import sys

from cases import open_ledger
from tests.cases.made import record, tie


def main(url: str, name: str, runs: str, findings: str) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    with open_ledger(url, wait=120) as ledger:
        for n in range(int(runs)):
            # Half of what each finds, all find; the other half is its own.
            shared = [tie(f"local:all-{i}", share=n / 100) for i in range(int(findings))]
            own = [tie(f"local:{name}-{i}", lot=f"local:{name}/1") for i in range(int(findings))]
            record(ledger, *shared, *own, actor=name, scope=("lot", "local:T-1/1"))
            print(n, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
