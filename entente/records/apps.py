"""Django's entry for records."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Registers the app."""

    name = "entente.records"
