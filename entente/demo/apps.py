"""Django's entry for demo."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers the app."""

    name = "entente.demo"
