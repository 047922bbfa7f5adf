from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        # They register their jobs and checks.
        from people import audit_keeping, checks, retention, sessions, tries  # noqa: F401
        from people.admin.groups import grant_office_holders
        from people.workbooks import exporting, importing, undoing  # noqa: F401  # register their work

        post_migrate.connect(grant_office_holders, dispatch_uid="people.grant_office_holders")
