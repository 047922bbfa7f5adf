from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoursConfig(AppConfig):
    name = "hours"
    verbose_name = _("Hours")

    def ready(self) -> None:
        from hours import sittings  # noqa: F401  # registers the job that closes them
        from hours.holdings import CONTENT, INVENTORY, TOLD, forget_words, hold_clock
        from hours.own_data import own_data
        from hours.rules import contact_days
        from people.slots import (
            register_contact_days,
            register_erasure,
            register_inventory,
            register_own_data,
        )

        register_inventory(INVENTORY, content=CONTENT)
        register_own_data(own_data, shows=TOLD)
        register_contact_days(contact_days)
        register_erasure(hold_clock)
        register_erasure(forget_words)
