"""The kinds of study content, as the rules name them."""

from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _


class Category(TextChoices):
    """The seven kinds of content that the 2019 Regulation names (arts. 5 to 15)."""

    POLITICAL_THEORY = "political-theory", _("Political theory")
    POLITICAL_TRAINING = "political-training", _("Political education and training")
    CONSTITUTION_RULES = "constitution-rules", _("Constitution, rules and discipline")
    PURPOSE = "purpose", _("The Party's purpose")
    REVOLUTIONARY_TRADITION = "revolutionary-tradition", _("Revolutionary tradition")
    SITUATION_POLICY = "situation-policy", _("Situation and policy")
    KNOWLEDGE_SKILLS = "knowledge-skills", _("Knowledge and skills")
