"""Django's entry for audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the app."""

    name = "entente.audit"
