"""Django's entry for rights."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """Registers the app."""

    name = "entente.rights"
