from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = _("Bringing study")

    def ready(self) -> None:
        from hours.slots import register_subjects
        from outreach import pack_files, pack_making  # noqa: F401  # register their jobs
        from outreach.pack_holdings import CONTENT as PACK_CONTENT
        from outreach.pack_holdings import INVENTORY as PACK_INVENTORY
        from outreach.pack_holdings import forget_packs
        from outreach.pack_titles import titles_of
        from outreach.sheet_acts import forget_words as forget_sheet_words
        from outreach.sheet_keeping import SHEETS
        from outreach.sheets import titles_of_sheets
        from outreach.visit_holdings import VISIT_INVENTORY, forget_visits
        from people.slots import register_erasure, register_inventory

        register_inventory(PACK_INVENTORY, content=PACK_CONTENT)
        register_erasure(forget_packs)
        register_subjects(titles_of)
        register_inventory(SHEETS)
        register_erasure(forget_sheet_words)
        register_subjects(titles_of_sheets)
        register_inventory(VISIT_INVENTORY)
        register_erasure(forget_visits)
