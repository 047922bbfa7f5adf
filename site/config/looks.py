"""What every template may ask for: elder mode, and the page's counterpart in the other language."""

from typing import Any

from django.http import HttpRequest


def looks(request: HttpRequest) -> dict[str, Any]:
    """`large_print`: elder mode is on. `other_language`: (code, name, address) of this page's counterpart."""
    english = getattr(request, "LANGUAGE_CODE", "zh-hans") == "en"
    path = request.get_full_path()
    if english:
        other = ("zh-hans", "中文", path.removeprefix("/en") or "/")
    else:
        other = ("en", "English", "/en" + path)
    return {
        "large_print": request.COOKIES.get("look") == "large",
        "other_language": getattr(request, "other_language", other),
        "home_url": "/en/" if english else "/",
    }
