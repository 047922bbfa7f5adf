"""A Word file that has once everything that comes over well, for editors to write upon."""

from __future__ import annotations

from io import BytesIO

import docx
from django.utils.translation import gettext as _
from django.utils.translation import override


def sample_document(language: str) -> bytes:
    """Return the sample in a language. Its styles are those that Word and WPS bring along."""
    with override(language):
        document = docx.Document()
        document.core_properties.author = ""
        document.core_properties.title = _("Sample for the import")
        document.add_heading(_("Title of the course"), 0)
        document.add_heading(_("First module"), 1)
        document.add_heading(_("First lesson"), 2)
        lines = document.add_paragraph(_("A paragraph.") + " ")
        lines.add_run(_("Bold words")).bold = True
        lines.add_run(", ")
        lines.add_run(_("slanted words")).italic = True
        lines.add_run(".")
        document.add_heading(_("A heading within the lesson"), 3)
        for words in (_("First item"), _("Second item")):
            document.add_paragraph(words, style="List Number")
        for words in (_("One point"), _("Another point")):
            document.add_paragraph(words, style="List Bullet")
        quoted = _("The words of a quotation, in the style “Quote”.")
        document.add_paragraph(f"{quoted}\n—— {_('《Work》, date')}", style="Quote")
        table = document.add_table(rows=2, cols=2, style="Table Grid")
        for place, words in enumerate((_("Heading"), _("Heading"), _("Cell"), _("Cell"))):
            table.cell(place // 2, place % 2).text = words
        document.add_heading(_("Second lesson"), 2)
        document.add_paragraph(_("Pictures stand in lines of their own, with a text alternative."))
        into = BytesIO()
        document.save(into)
    return into.getvalue()
