from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from courses import edition_files, publishing, search_index, stamping  # noqa: F401  # stamping: its job
        from courses.archive import taking  # noqa: F401  # its work
        from courses.editing import grant_editors
        from courses.holdings import CONTENT, INVENTORY
        from courses.importing import acts  # noqa: F401  # its work and its jobs
        from courses.modules_asked import modules_listed, quizzes_of
        from courses.places import places_of, quoting
        from courses.reviewing import open_the_way
        from courses.sources_used import uses_in_lessons
        from people.slots import register_inventory
        from quizzes.slots import register_modules, register_places, register_quoting
        from sources.slots import register_uses

        publishing.connect()
        edition_files.connect()
        search_index.connect()
        post_migrate.connect(grant_editors, dispatch_uid="courses.grant_editors")
        post_migrate.connect(open_the_way, dispatch_uid="courses.open_the_way")
        post_migrate.connect(search_index.index_after_migrating, sender=self, dispatch_uid="courses.index")
        register_places(places_of)
        register_quoting(quoting)
        register_modules(modules_listed, quizzes_of)
        register_uses(uses_in_lessons)
        register_inventory(INVENTORY, content=CONTENT)
