"""Django's entry for portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the app."""

    name = "entente.portal"
