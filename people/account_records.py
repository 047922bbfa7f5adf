"""What is kept of signing in: one-time codes, tries that failed, and open sessions."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OneTimeCodeQuerySet(models.QuerySet["OneTimeCode"]):
    def open_at(self, at: datetime) -> OneTimeCodeQuerySet:
        """Codes that still let somebody choose a password."""
        return self.filter(used_at=None, cancelled_at=None, expires_at__gt=at)


class OneTimeCode(models.Model):
    """A code that lets a member choose a password once. Only its hash is kept; a new one cancels the old."""

    class Purpose(TextChoices):
        FIRST = "first", _("First sign-in")
        FORGOTTEN = "forgotten", _("Forgotten password")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="one_time_codes")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    hashed = models.CharField(max_length=128)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="codes_made"
    )
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)

    objects = OneTimeCodeQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(used_at=None, cancelled_at=None),
                name="a_member_has_one_open_code_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="a_code_is_valid_for_a_while"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(cancelled_at=None), name="a_code_is_used_or_cancelled_not_both"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_purpose_display())


class SignInTry(models.Model):
    """
    A try that did not succeed, counted for one scope (see `people.tries`).

    The scope is a blind index: neither the number that was typed nor the network can be read from it.
    """

    scope = models.CharField(max_length=43)
    at = models.DateTimeField(_("when"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")
        indexes = [models.Index(fields=["scope", "at"], name="tries_of_a_scope")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class OpenSession(models.Model):
    """What a member is told of one of the own sessions: on what device, from which network, since when."""

    class System(TextChoices):
        IPHONE = "iphone", _("iPhone")
        IPAD = "ipad", _("iPad")
        HARMONY = "harmony", _("HarmonyOS telephone or tablet")
        ANDROID = "android", _("Android telephone or tablet")
        WINDOWS = "windows", _("Windows computer")
        MAC = "mac", _("Mac computer")
        LINUX = "linux", _("Linux computer")
        OTHER = "other", _("Unknown device")

    class Programme(TextChoices):
        WECHAT = "wechat", _("WeChat")
        DINGTALK = "dingtalk", _("DingTalk")
        HUAWEI = "huawei", _("Huawei Browser")
        QQ = "qq", _("QQ Browser")
        UC = "uc", _("UC Browser")
        EDGE = "edge", "Edge"
        FIREFOX = "firefox", "Firefox"
        CHROME = "chrome", "Chrome"
        SAFARI = "safari", "Safari"
        OTHER = "other", pgettext_lazy("browser", "Unknown browser")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    system = models.CharField(_("device"), max_length=10, choices=System.choices)
    programme = models.CharField(_("browser"), max_length=10, choices=Programme.choices)
    network = models.CharField(_("from where"), max_length=45, blank=True)
    since = models.DateTimeField(_("since"))
    seen_at = models.DateTimeField(_("last seen"))
    card = models.ForeignKey(
        "people.StudyCard", models.CASCADE, null=True, related_name="sessions", verbose_name=_("study card")
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("open session")
        verbose_name_plural = _("open sessions")

    def __str__(self) -> str:
        return f"{self.get_system_display()} · {self.get_programme_display()}"
