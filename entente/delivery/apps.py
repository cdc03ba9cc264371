"""Django's entry for delivery."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Registers the app."""

    name = "entente.delivery"
