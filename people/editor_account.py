"""An editor's own settings in the editor's pages: language and looks; no name, no picture, no mail."""

from wagtail.admin.views.account import AccountView, BaseSettingsPanel

NOT_OURS = {"name_email", "avatar", "notifications"}


class EditorAccount(AccountView):
    """Wagtail's page without the name, the mail address, the picture, and what it would mail."""

    def get_panels(self) -> list[BaseSettingsPanel]:
        return [panel for panel in super().get_panels() if panel.name not in NOT_OURS]
