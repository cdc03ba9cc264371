"""Django's entry for keys."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Registers the app."""

    name = "entente.keys"
