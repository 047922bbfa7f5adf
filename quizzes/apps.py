from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        from people.slots import register_erasure, register_inventory, register_own_data
        from quizzes import statistics  # noqa: F401  # registers its jobs
        from quizzes.holdings import INVENTORY, forget_open_attempts, own_data
        from quizzes.sources_used import uses_in_questions
        from quizzes.writers import CONTENT, WRITERS
        from sources.slots import register_uses

        register_inventory((*INVENTORY, *WRITERS), content=CONTENT)
        register_own_data(
            own_data,
            shows=[
                "quizzes.attempt",
                "quizzes.answer.attempt__member",
                "quizzes.mark.attempt__member",
                "quizzes.checked.attempt__member",
                "quizzes.givenpoints.attempt__member",
                "quizzes.timeextension",
            ],
        )
        register_erasure(forget_open_attempts)
        register_uses(uses_in_questions)
