"""Django's entry for people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the app."""

    name = "entente.people"
