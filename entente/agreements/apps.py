"""Django's entry for agreements."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Registers the app."""

    name = "entente.agreements"
