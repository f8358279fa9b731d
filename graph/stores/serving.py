"""The process that holds an embedded store serves it to other processes of the same user.

Who may: the address and a key are in the store's lock file, which only its owner can read; each side proves to the
other that it has the key (HMAC) before a byte of anything else is read. One thread a connection, one call at a time
on it; a call may be stopped by its number from another connection.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import Any, Final

import pyarrow as pa

from graph.stores import wire
from graph.stores.applying import Progress
from graph.stores.cancelling import Cancellation, cancellable
from graph.stores.contract import GraphStore
from graph.stores.errors import StoreError
from graph.stores.lock import announce, require_held

_SOCKET: Final = "socket"
_LONGEST_PATH: Final = 100
"""The name of a local socket may have about 104 bytes, on the strictest system."""

Answer = tuple[Any, wire.Frames]


def serve_store(
    store: GraphStore, folder: Path, on_change: Callable[[str], None] | None = None
) -> StoreServer:
    """Serve `store`, which this process holds open for writing in `folder`, until `close` of what is given.

    `on_change` is called with the name of a call ("apply", "unload", …) after another process has changed
    something by it, in the thread of that process's connection. Raises `StoreError` where this process does not
    hold the folder.
    """
    return StoreServer(store, folder, on_change)


class StoreServer:
    """A listener on a store. Closing it leaves the store open."""

    def __init__(self, store: GraphStore, folder: Path, on_change: Callable[[str], None] | None = None):
        # First of all: the socket of the process that does hold the store must not be touched.
        require_held(folder)
        self._store = store
        self._folder = folder
        self._on_change = on_change
        self._key = secrets.token_bytes(32)
        self._place: Path | None = None
        self._listener = self._listen()
        self._calls: dict[str, Cancellation] = {}
        self._peers: set[Connection] = set()
        self._lock = threading.Lock()
        self._closed = False
        try:
            address = self._listener.address
            announce(folder, address if isinstance(address, str) else list(address), self._key.hex())
        except BaseException:
            self._listener.close()
            raise
        self._thread = threading.Thread(target=self._accept, name="store-server", daemon=True)
        self._thread.start()

    def _listen(self) -> Listener:
        if sys.platform == "win32":
            return Listener(("127.0.0.1", 0), family="AF_INET")
        path = self._folder.resolve() / _SOCKET
        if len(os.fsencode(path)) > _LONGEST_PATH:
            self._place = Path(tempfile.mkdtemp(prefix="lookthrough-"))
            path = self._place / _SOCKET
        with contextlib.suppress(FileNotFoundError):
            path.unlink()  # A process that was killed leaves its socket behind.
        before = os.umask(0o177)
        try:
            return Listener(os.fspath(path), family="AF_UNIX", backlog=16)
        finally:
            os.umask(before)

    def _accept(self) -> None:
        while not self._closed:
            try:
                peer = self._listener.accept()
            except OSError:
                if self._closed:
                    return
                continue
            # Whoever connects and then says nothing holds up its own thread alone.
            threading.Thread(target=self._serve, args=(peer,), name="store-peer", daemon=True).start()

    def _serve(self, peer: Connection) -> None:
        with self._lock:
            self._peers.add(peer)
        steady = contextlib.ExitStack()
        try:
            with peer, steady:
                deliver_challenge(peer, self._key)
                answer_challenge(peer, self._key)
                while True:
                    header, tables = wire.receive(peer)
                    self._answer(peer, header, tables, steady)
        except (EOFError, OSError, AuthenticationError):
            return  # The peer is gone, or is nobody.
        finally:
            with self._lock:
                self._peers.discard(peer)

    def _answer(
        self,
        peer: Connection,
        header: Mapping[str, Any],
        tables: list[pa.Table],
        steady: contextlib.ExitStack,
    ) -> None:
        number = str(header["number"])
        try:
            with cancellable() as handle:
                with self._lock:
                    self._calls[number] = handle
                try:
                    value, frames = self._call(peer, header, tables, steady, handle)
                finally:
                    with self._lock:
                        del self._calls[number]
        except ConnectionError:
            raise  # The peer is gone: nobody to tell.
        except Exception as error:
            wire.send(peer, {"error": wire.packed_error(error)})
        else:
            wire.send(peer, {"value": value}, frames)

    def _call(
        self,
        peer: Connection,
        header: Mapping[str, Any],
        tables: list[pa.Table],
        steady: contextlib.ExitStack,
        handle: Cancellation,
    ) -> Answer:
        name, given = header["call"], header["given"]
        if name == "steady":
            if given:
                steady.enter_context(self._store.steady())
            else:
                steady.close()
            return None, ()
        if name == "cancel":
            with self._lock:
                running = self._calls.get(given)
            if running is not None:
                running.cancel()
            return None, ()
        if name in _QUESTIONS:
            return _QUESTIONS[name](self._store, given)
        if name not in _CHANGES:
            raise StoreError(f"未知的请求：{name}。", f"Unknown request: {name}.")

        def progress(what: str, done: int, total: int) -> None:
            # Where the peer is gone this fails, and what was begun for it is taken back.
            handle.check()
            wire.send(peer, {"progress": [what, done, total]})

        answer = _CHANGES[name](self._store, given, tables, progress)
        if self._on_change is not None:
            self._on_change(name)
        return answer

    def close(self) -> None:
        """Take the address back, stop what runs for others, hang up."""
        self._closed = True
        with contextlib.suppress(OSError, StoreError):
            announce(self._folder, None, None)
        with self._lock:
            calls, peers = list(self._calls.values()), list(self._peers)
        for handle in calls:
            handle.cancel()
        self._wake()
        self._listener.close()
        for peer in peers:
            _hang_up(peer)
        if self._place is not None:
            with contextlib.suppress(OSError):
                self._place.rmdir()

    def _wake(self) -> None:
        """A thread that waits in `accept` does not notice that its listener is closed: it gets a last caller."""
        with contextlib.suppress(OSError):
            Client(self._listener.address).close()
        self._thread.join(5)

    def __enter__(self) -> StoreServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _hang_up(peer: Connection) -> None:
    """End a connection that another thread may be reading from: closing it would leave that thread waiting."""
    with contextlib.suppress(OSError), socket(fileno=os.dup(peer.fileno())) as line:
        line.shutdown(SHUT_RDWR)


# --- the calls: what is given and what is answered, as `graph.stores.served` sends and reads them ---
def _query(store: GraphStore, given: Any) -> Answer:
    return None, [store.query(given["cypher"], given["params"], given["timeout"])]


def _apply(store: GraphStore, given: Any, tables: list[pa.Table], progress: Progress) -> Answer:
    return wire.packed_applied(
        store.apply(wire.extract_of(given["extract"], tables), given["options"], progress)
    )


def _unload(store: GraphStore, given: Any, tables: list[pa.Table], progress: Progress) -> Answer:
    return wire.packed_applied(store.unload(given, progress))


def _take_back_unfinished(
    store: GraphStore, given: Any, tables: list[pa.Table], progress: Progress
) -> Answer:
    store.take_back_unfinished()
    return None, ()


def _replace_derived(store: GraphStore, given: Any, tables: list[pa.Table], progress: Progress) -> Answer:
    store.replace_derived(given["type"], wire.derived_of(given["rels"], tables))
    return None, ()


def _put_in_play(store: GraphStore, given: Any, tables: list[pa.Table], progress: Progress) -> Answer:
    leading_to = wire.frame_of(tables.pop(0))["id"] if given["some"] else None
    frames, at = {}, 0
    for name, rels in given["types"].items():
        frames[name] = wire.derived_of(rels, tables[at : at + len(rels)])
        at += len(rels)
    store.put_in_play(frames, given["meta"], leading_to)
    return None, ()


def _set_meta(store: GraphStore, given: Any, tables: list[pa.Table], progress: Progress) -> Answer:
    store.set_meta(given)
    return None, ()


def _check_person_key(store: GraphStore, given: Any, tables: list[pa.Table], progress: Progress) -> Answer:
    store.check_person_key(given)
    return None, ()


_QUESTIONS: Final[dict[str, Callable[[GraphStore, Any], Answer]]] = {
    "hello": lambda store, given: (
        {"protocol": wire.PROTOCOL, "schema_version": store.schema_version()},
        (),
    ),
    "query": _query,
    "query_apart": lambda store, given: (None, [store.query_apart(given["cypher"], given["timeout"])]),
    "ownership": lambda store, given: (None, wire.packed_ownership(store.ownership(given["proofs"]))),
    "batches": lambda store, given: (wire.packed_batches(store.batches()), ()),
    "loaded_files": lambda store, given: (sorted(store.loaded_files()), ()),
    "fingerprint": lambda store, given: (store.fingerprint(), ()),
    "counts": lambda store, given: (store.counts(), ()),
    "present": lambda store, given: (sorted(store.present()), ()),
    "schema_version": lambda store, given: (store.schema_version(), ()),
    "meta": lambda store, given: (store.meta(given), ()),
}
_CHANGES: Final[dict[str, Callable[[GraphStore, Any, list[pa.Table], Progress], Answer]]] = {
    "apply": _apply,
    "unload": _unload,
    "take_back_unfinished": _take_back_unfinished,
    "replace_derived": _replace_derived,
    "put_in_play": _put_in_play,
    "set_meta": _set_meta,
    "check_person_key": _check_person_key,
}
