from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from courses.slots import register_progress
        from people.slots import register_inventory, register_own_data
        from programmes.holdings import INVENTORY, own_data
        from programmes.progress import lesson_states

        register_progress(lesson_states, in_sql="programmes_lesson_states")
        register_inventory(INVENTORY)
        register_own_data(own_data, shows=["programmes.lessonreached"])
