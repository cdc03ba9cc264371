"""Django's entry for records, and the general kind of record: a matter."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from entente.agreements import counting
from entente.records.kinds import Kind, register


class RecordsConfig(AppConfig):
    """Registers the app and its kind of record."""

    name = "entente.records"

    def ready(self) -> None:
        from entente.delivery.rules import check_before_sending
        from entente.records.readers import may_message_go
        from entente.records.reading import shared_under

        check_before_sending(may_message_go)
        counting.register(shared_under)
        register(
            Kind(
                key="matter",
                name=_("matter"),
                prefix="MAT",
                staff_page="records:record",
                public_page="records:record",
            )
        )
