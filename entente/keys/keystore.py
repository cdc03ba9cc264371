"""The development keystore: a file outside the database and its backups. The real one is a process."""

import os
import sqlite3
import threading
import uuid
from collections import OrderedDict
from pathlib import Path

from entente.keys.sealing import Unreadable, new_key, seal, unseal

REMEMBERED = 512


class FileKeystore:
    """Keys per record and per person, wrapped by a key of its own, in an SQLite file with secure deletion."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._local = threading.local()
        self._remembered: OrderedDict[uuid.UUID, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, key_id: uuid.UUID, *, create: bool = False) -> bytes:
        """The key kept under `key_id`. Raises Unreadable when there is none and `create` is false."""
        if found := self._remembered.get(key_id):
            return found
        row = self._store().execute("select wrapped from key where id = ?", (key_id.bytes,)).fetchone()
        if row is None:
            if not create:
                raise Unreadable("the key is gone")
            return self._create(key_id)
        return self._remember(key_id, unseal(self._wrapping_key(), row[0], key_id.bytes))

    def destroy(self, key_id: uuid.UUID) -> None:
        """Erase a key. What was sealed under it can't be read again by anybody."""
        with self._store() as store:
            store.execute("delete from key where id = ?", (key_id.bytes,))
        with self._lock:
            self._remembered.pop(key_id, None)

    def _create(self, key_id: uuid.UUID) -> bytes:
        key = new_key()
        with self._store() as store:
            store.execute(
                "insert or ignore into key values (?, ?)",
                (key_id.bytes, seal(self._wrapping_key(), key, key_id.bytes)),
            )
        # Another process may have been first: the kept one counts.
        row = self._store().execute("select wrapped from key where id = ?", (key_id.bytes,)).fetchone()
        return self._remember(key_id, unseal(self._wrapping_key(), row[0], key_id.bytes))

    def _remember(self, key_id: uuid.UUID, key: bytes) -> bytes:
        with self._lock:
            self._remembered[key_id] = key
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return key

    def _wrapping_key(self) -> bytes:
        path = self._folder / "wrapping-key"
        if not path.exists():
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return path.read_bytes()
            with os.fdopen(handle, "wb") as file:
                file.write(new_key())
        return path.read_bytes()

    def _store(self) -> sqlite3.Connection:
        store: sqlite3.Connection | None = getattr(self._local, "store", None)
        if store is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            store = sqlite3.connect(self._folder / "keys.sqlite", timeout=30, isolation_level="IMMEDIATE")
            store.execute("pragma secure_delete = on")
            store.execute("create table if not exists key (id blob primary key, wrapped blob not null)")
            store.commit()
            self._local.store = store
        return store
