"""Runs a command until it ends or until standard input does: a server that must not outlive its tests.

`guard.py FOLDER [--user NAME] COMMAND…`: the folder, the server's data, is removed at the end; with a user, the command
steps down from root to that user.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading


def main(arguments: list[str]) -> int:
    """Run the command; when standard input ends, ask it to stop (SIGINT), then kill it. Its exit code."""
    folder, *arguments = arguments
    user = None
    if arguments[0] == "--user":
        user, arguments = arguments[1], arguments[2:]
    child = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        user=user,
        group=_group(user),
        extra_groups=None if user is None else [],
    )

    def _end_with_the_pipe() -> None:
        while os.read(0, 4096):
            pass
        child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()

    threading.Thread(target=_end_with_the_pipe, daemon=True).start()
    code = child.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return code


def _group(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd

    return pwd.getpwnam(user).pw_gid


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
