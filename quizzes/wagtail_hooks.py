"""The question bank in the editor's menu."""

from django.urls import URLPattern
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from quizzes import (
    bank_views,
    item_menu,  # noqa: F401  # its pages and its item
    marking_hooks,  # noqa: F401  # its pages and its item
    several,  # noqa: F401  # its steps for many
)
from quizzes.viewsets import QuizzesGroup

register_snippet(QuizzesGroup)


@hooks.register("register_admin_urls")
def pages_of_the_bank() -> list[URLPattern]:
    return bank_views.urls()
