from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from courses import publishing
        from courses.editing import grant_editors
        from courses.holdings import CONTENT, INVENTORY
        from courses.places import places_of
        from courses.reviewing import open_the_way
        from people.slots import register_inventory
        from quizzes.slots import register_places

        publishing.connect()
        post_migrate.connect(grant_editors, dispatch_uid="courses.grant_editors")
        post_migrate.connect(open_the_way, dispatch_uid="courses.open_the_way")
        register_places(places_of)
        register_inventory(INVENTORY, content=CONTENT)
