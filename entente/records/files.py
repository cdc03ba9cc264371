"""Files in one sealed storage: a folder by default, S3-compatible where a city has one."""

import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from entente.keys.fields import keystore
from entente.keys.sealing import seal, unseal


def _path(key_id: uuid.UUID, name: str) -> str:
    return f"{key_id.hex[:2]}/{key_id.hex}-{name}"


def keep_file(key_id: uuid.UUID, name: str, content: bytes) -> None:
    """Seal `content` under the key `key_id` and keep it; `name` is ours, never the uploaded one."""
    path = _path(key_id, name)
    default_storage.save(path, ContentFile(seal(keystore().key(key_id, create=True), content, path.encode())))


def kept_file(key_id: uuid.UUID, name: str) -> bytes:
    """What was kept. Raises FileNotFoundError or Unreadable."""
    path = _path(key_id, name)
    with default_storage.open(path) as file:
        return unseal(keystore().key(key_id), file.read(), path.encode())


def forget_file(key_id: uuid.UUID, name: str) -> None:
    """Remove a file that is no longer needed."""
    default_storage.delete(_path(key_id, name))
