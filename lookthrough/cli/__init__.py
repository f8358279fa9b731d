"""The command line `lookthrough`.

Exit codes: 0 done; 1 an error, said in one or two sentences; 2 wrong usage; 3 loaded, but some rows were
refused (their file is named).
"""

import sys


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    try:
        # The first second goes into this: a Ctrl-C in it is none that deserves a traceback.
        from lookthrough.cli.main import main as started
    except KeyboardInterrupt:
        sys.stderr.write("已中止 · Stopped\n")
        sys.exit(130)
    started()
