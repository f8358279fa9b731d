"""The command line `lookthrough`.

Exit codes: 0 done; 1 an error, said in one or two sentences; 2 wrong usage; 3 loaded, but some rows were
refused (their file is named).
"""

from lookthrough.cli.main import main

__all__ = ["main"]
