from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoursConfig(AppConfig):
    name = "hours"
    verbose_name = _("Hours")

    def ready(self) -> None:
        from hours import sittings  # noqa: F401  # registers the job that closes them
