"""How pages look: elder mode 长辈版, size of type, colours, the strip of large text, fewer data 省流量."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models.enums import TextChoices
from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from people.models import Member

LOOK = "look"
"""The cookie: `large` or `normal`, and after points what differs from the usual: `large.28.dark.strip`."""

SIZES = (24, 28, 32, 36)
"""Pixels of the text in elder mode."""

A_YEAR = 365 * 24 * 3600


class Theme(TextChoices):
    """The colours of pages; each keeps a contrast of 7 to 1."""

    PAPER = "paper", pgettext_lazy("colours of pages", "Warm paper")
    CONTRAST = "contrast", pgettext_lazy("colours of pages", "High contrast")
    DARK = "dark", pgettext_lazy("colours of pages", "Dark")
    DEVICE = "device", pgettext_lazy("colours of pages", "As the device")


@dataclass(frozen=True)
class Choice:
    """A button of the page where one chooses."""

    value: str
    words: StrPromise | str
    is_chosen: bool


@dataclass(frozen=True)
class PageLook:
    """What somebody chose; what stands here is the usual."""

    large: bool = False
    size: int = SIZES[0]
    theme: Theme = Theme.PAPER
    strip: bool = False
    less: bool = False
    """Fewer data: pictures and films only when they are asked for."""

    @classmethod
    def read(cls, text: str) -> PageLook:
        """Read what `str` writes; words that nobody knows are passed over."""
        words = text[:64].split(".")
        sizes = [size for size in SIZES if str(size) in words]
        themes = [theme for theme in Theme if theme.value in words]
        return cls(
            large="large" in words,
            size=sizes[0] if sizes else SIZES[0],
            theme=themes[0] if themes else Theme.PAPER,
            strip="strip" in words,
            less="less" in words,
        )

    def __str__(self) -> str:
        return ".".join(["large" if self.large else "normal", *self.besides])

    @property
    def besides(self) -> list[str]:
        """What differs from the usual, elder mode left out."""
        words = [str(self.size)] if self.size != SIZES[0] else []
        words += [self.theme.value] if self.theme != Theme.PAPER else []
        words += ["strip"] if self.strip else []
        return [*words, "less"] if self.less else words

    @property
    def classes(self) -> str:
        """The classes of the page's root element."""
        names = ["large-print"] if self.large else []
        names += [f"type-{self.size}"] if self.large and self.size != SIZES[0] else []
        names += [f"theme-{self.theme.value}"] if self.theme != Theme.PAPER else []
        return " ".join([*names, "with-strip"] if self.strip else names)

    @property
    def is_normal(self) -> bool:
        return not self.large

    @property
    def has_no_strip(self) -> bool:
        return not self.strip

    @property
    def has_everything(self) -> bool:
        return not self.less

    @property
    def sizes(self) -> list[Choice]:
        return [Choice(str(size), f"{size}", self.large and size == self.size) for size in SIZES]

    @property
    def themes(self) -> list[Choice]:
        return [Choice(str(theme), theme.label, theme == self.theme) for theme in Theme]

    def changed(self, choices: Mapping[str, str]) -> PageLook:
        """This look with the choices of a form; what it does not name stays, what it cannot mean too."""
        look = self
        if LOOK in choices:
            look = replace(look, large=choices[LOOK] == "large")
        if choices.get("size") in {str(size) for size in SIZES}:
            look = replace(look, size=int(choices["size"]), large=True)
        if choices.get("theme") in Theme.values:
            look = replace(look, theme=Theme(choices["theme"]))
        if choices.get("strip") in {"on", "off"}:
            look = replace(look, strip=choices["strip"] == "on")
        if choices.get("less") in {"on", "off"}:
            look = replace(look, less=choices["less"] == "on")
        return look


def look_of(request: HttpRequest) -> PageLook:
    """How this page is to look, by the device's cookie."""
    return PageLook.read(request.COOKIES.get(LOOK, ""))


def look_for(member: Member) -> PageLook | None:
    """What the member chose, on whatever device; None when it is the usual."""
    look = replace(PageLook.read(member.look), large=member.prefers_large_print)
    return None if look == PageLook() else look


def keep_look(member: Member, look: PageLook) -> None:
    """Remember for the member how pages are to look."""
    member.prefers_large_print, member.look = look.large, ".".join(look.besides)
    member.save(update_fields=["prefers_large_print", "look"])


def remember_look(response: HttpResponse, look: PageLook) -> None:
    """Remember on the device, for a year, how pages are to look."""
    response.set_cookie(
        LOOK, str(look), max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
