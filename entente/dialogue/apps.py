"""Django's entry for dialogue."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialogueConfig(AppConfig):
    """Registers the app and its kind of record."""

    name = "entente.dialogue"

    def ready(self) -> None:
        from entente.dialogue import queries
        from entente.records.kinds import Kind, register

        register(
            Kind(
                key="dialogue",
                name=_("dialogue"),
                prefix="DLG",
                staff_page="dialogue_staff:manage_dialogue",
                public_page="dialogue:dialogue",
                waiting=queries.waiting_for,
                states=queries.states,
            )
        )
