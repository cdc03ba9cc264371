"""What Django is told about the look."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The look every page shares."""

    name = "entente.ui"
    label = "ui"
