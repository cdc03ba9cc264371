"""A model column whose value the database can't read."""

from __future__ import annotations

import uuid
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db import models

from entente.keys.keystore import FileKeystore
from entente.keys.sealing import seal, unseal

if TYPE_CHECKING:
    _Text = models.Field[str, str]
else:
    _Text = models.Field


class HasKey(Protocol):
    """A model with sealed columns says under which key they are sealed."""

    pk: uuid.UUID

    def sealed_under(self) -> uuid.UUID: ...


@cache
def keystore() -> FileKeystore:
    """The keystore this process uses."""
    return FileKeystore(Path(settings.ENTENTE_KEYSTORE))


class _Opened:
    """Gives the plain text on access; opens it once."""

    def __init__(self, field: Sealed) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__.get(name, "")
        if isinstance(value, bytes | memoryview):
            value = self.field.open(instance, bytes(value))
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class Sealed(_Text):
    """Text that is sealed under the key of its record before it reaches the database.

    The model needs `sealed_under()` and a primary key made by us. Empty text is kept as empty bytes.
    """

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opened(self))

    def place(self, instance: HasKey) -> bytes:
        """Where a value belongs: it does not open anywhere else."""
        return f"{self.model._meta.db_table}|{self.column}|{instance.pk}".encode()

    def open(self, instance: HasKey, sealed: bytes) -> str:
        """The plain text. Raises Unreadable when the key is gone."""
        if not sealed:
            return ""
        return unseal(keystore().key(instance.sealed_under()), sealed, self.place(instance)).decode()

    def pre_save(self, model_instance: Any, add: bool) -> bytes:
        value = model_instance.__dict__.get(self.attname, "")
        if isinstance(value, bytes | memoryview):
            return bytes(value)
        if not value:
            return b""
        key = keystore().key(model_instance.sealed_under(), create=True)
        return seal(key, str(value).encode(), self.place(model_instance))

    def get_default(self) -> str:
        return ""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            raise TypeError(f"{self.name} is sealed: it can't be compared or written in bulk.")
        return value
