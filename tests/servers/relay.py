"""A loopback relay in front of a server, which a test may cut and join again: the server seems to go and come back."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Final

_CHUNK: Final = 65_536


class Relay:
    """Listens on a port of its own and passes everything on to `port`."""

    def __init__(self, port: int):
        self._target = port
        self._sockets: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.join()

    @property
    def url(self) -> str:
        """The relay's address, `bolt://127.0.0.1:PORT`."""
        return f"bolt://127.0.0.1:{self.port}"

    def join(self) -> None:
        """Listen (again), on the same port as before."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Drop every connection, and refuse new ones."""
        if self._listener is not None:
            # Closing alone leaves a listener alive that a thread is waiting on.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for one in list(self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._sockets |= {client, server}
                for here, there in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(here, there), daemon=True).start()

    @staticmethod
    def _pass_on(here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := here.recv(_CHUNK):
                there.sendall(data)
        for one in (here, there):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
