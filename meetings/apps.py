from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from hours.slots import register_subjects
        from meetings.holdings import CONTENT, INVENTORY
        from meetings.titles import meetings_by_key
        from people.slots import register_inventory

        register_subjects(meetings_by_key)
        register_inventory(INVENTORY, content=CONTENT)
