"""Works and passages in the editor's menu."""

from typing import Any

from django.contrib import messages
from django.db.models import Model, ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from sources.changing import refuse_if_quoted
from sources.choosers import SourceChooser
from sources.editing import (
    STAYS,
    ChangeByTwo,
    KeepWhatIsQuoted,
    StayPublished,
    UsesPanel,
    WordingsPanel,
)
from sources.models import Passage, Work


class QuotedViewSet(SnippetViewSet):
    """What works and passages share."""

    list_per_page = 50
    edit_view_class = ChangeByTwo
    delete_view_class = KeepWhatIsQuoted
    unpublish_view_class = StayPublished
    chooser_viewset_class = SourceChooser
    copy_view_enabled = False


class WorkViewSet(QuotedViewSet):
    model = Work
    icon = "doc-full"
    menu_label = _("Works")
    list_display = ["title", "edition", "date", "reference", UpdatedAtColumn()]
    search_fields = ["title", "title_en", "edition", "reference"]
    ordering = ["title", "pk"]
    panels = [
        MultiFieldPanel(
            [FieldPanel("title", required_on_save=True), FieldPanel("title_en")], heading=_("Work")
        ),
        MultiFieldPanel(
            [FieldPanel("edition", required_on_save=True), FieldPanel("edition_en")], heading=_("Edition")
        ),
        FieldRowPanel([FieldPanel("date", required_on_save=True), FieldPanel("date_en")], heading=_("Date")),
        FieldPanel("reference", required_on_save=True),
        UsesPanel(heading=_("Where its passages are quoted")),
        WordingsPanel(heading=_("Other words it had or was proposed")),
    ]


class PassageViewSet(QuotedViewSet):
    model = Passage
    icon = "openquote"
    menu_label = _("Passages")
    list_display = ["opening", "work", "place", "reference", UpdatedAtColumn()]
    list_filter = ["work", "live", "has_unpublished_changes"]
    search_fields = ["text", "text_en", "place", "reference", "work__title", "work__title_en"]
    ordering = ["work__title", "pk"]
    panels = [
        FieldPanel("work"),
        MultiFieldPanel(
            [FieldPanel("text", required_on_save=True), FieldPanel("text_en")], heading=_("The very words")
        ),
        FieldRowPanel([FieldPanel("place"), FieldPanel("place_en")], heading=_("Article or page")),
        FieldPanel("reference", required_on_save=True),
        UsesPanel(heading=_("Where it is quoted")),
        WordingsPanel(heading=_("Other words it had or was proposed")),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Passage.objects.select_related("work")


class SourcesGroup(SnippetViewSetGroup):
    """Works and passages under one entry of the menu."""

    menu_label = pgettext_lazy("works that are quoted", "Sources")
    menu_icon = "openquote"
    menu_order = 245
    items = (PassageViewSet, WorkViewSet)


register_snippet(SourcesGroup)


@hooks.register("before_bulk_action")
def keep_what_is_quoted(
    request: HttpRequest, action: str, objects: list[Model], asked: Any
) -> HttpResponse | None:
    """Deleting many at once asks as deleting one does."""
    if action != "delete" or request.method != "POST":
        return None
    try:
        for kept in objects:
            if isinstance(kept, Work | Passage):
                refuse_if_quoted(kept)
    except ProtectedError:
        messages.error(request, STAYS)
        return redirect(type(objects[0]).snippet_viewset.get_url_name("list"))
    return None
