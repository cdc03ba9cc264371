"""Django's entry for jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers the app."""

    name = "entente.jobs"
