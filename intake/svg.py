"""Drawings (SVG): only what draws is kept. Scripts, and what asks for something from elsewhere, are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext_lazy as _

from intake import limits
from intake.refusals import UploadRefused

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"

_ELEMENTS_NAMES = (
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath "
    "linearGradient radialGradient stop clipPath mask pattern marker image style switch a filter feBlend "
    "feColorMatrix feComponentTransfer feComposite feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur "
    "feMerge feMergeNode feOffset feDropShadow feMorphology "
)
ELEMENTS = frozenset(_ELEMENTS_NAMES.split())
"""What draws. Everything else goes; what moves (animations) goes too: it can set any attribute."""

_ATTRIBUTES_NAMES = (
    "id class style lang x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points width height viewBox "
    "version preserveAspectRatio transform patternTransform gradientTransform gradientUnits patternUnits "
    "patternContentUnits clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight "
    "refX refY orient offset spreadMethod fill fill-opacity fill-rule stroke stroke-width stroke-opacity "
    "stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit opacity color "
    "stop-color stop-opacity font-family font-size font-weight font-style font-variant font-stretch text- "
    "anchor text-decoration letter-spacing word-spacing dominant-baseline alignment-baseline baseline- "
    "shift writing-mode direction unicode-bidi rotate textLength lengthAdjust startOffset method spacing "
    "clip-path clip-rule mask marker-start marker-mid marker-end display visibility overflow vector- "
    "effect paint-order shape-rendering text-rendering image-rendering color-interpolation color- "
    "interpolation-filters filter filterUnits primitiveUnits in in2 result stdDeviation mode type values "
    "operator k1 k2 k3 k4 flood-color flood-opacity tableValues slope intercept amplitude exponent "
    "edgeMode radius role aria-label aria-labelledby aria-describedby aria-hidden mix-blend-mode "
    "isolation requiredFeatures systemLanguage href "
)
ATTRIBUTES = frozenset(_ATTRIBUTES_NAMES.split())

_ACTIVE_NAMES = "script foreignObject iframe embed object handler set animate animateMotion animateTransform "
ACTIVE = frozenset(_ACTIVE_NAMES.split())
"""Elements that act: a drawing that has one is refused when it is sent as a file."""

_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*>", re.IGNORECASE)
_URL = re.compile(r"url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
_CSS_ACTS = re.compile(
    r"@import|expression\s*\(|javascript:|\\|</|-moz-binding|behavior\s*:|image-set\s*\(|\bsrc\s*\(",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$")
_CASES = {name.lower(): name for name in ELEMENTS | ACTIVE}

register_namespace("", SVG)
register_namespace("xlink", XLINK)


def sanitised_svg(content: bytes) -> bytes:
    """
    Return the drawing with nothing in it but what draws.

    :raises UploadRefused: when it is no SVG, is too large, or declares entities.
    """
    return _sanitised(content)[0]


def check_svg(content: bytes) -> bytes:
    """
    Return the drawing as it may be kept.

    :raises UploadRefused: when it has scripts, event handlers or references to elsewhere, or is no SVG.
    """
    clean, active = _sanitised(content)
    if active:
        raise UploadRefused(
            "active_svg",
            _(
                "The drawing has parts that act or that load something from elsewhere (%(found)s). "
                "Only what draws is "
                "taken. Export it as a plain SVG and send that."
            )
            % {"found": ", ".join(sorted(active)[:5])},
        )
    return clean


def _sanitised(content: bytes) -> tuple[bytes, set[str]]:
    if len(content) > limits.SVG_BYTES:
        raise UploadRefused(
            "too_large",
            _("The drawing is larger than %(most)s MB. Simplify it, or send it as a PNG.")
            % {"most": limits.SVG_BYTES // limits.MEGABYTE},
        )
    try:
        root = fromstring(_DOCTYPE.sub(b"", content, count=1), forbid_dtd=True)
    except DefusedXmlException as error:
        raise UploadRefused(
            "entities",
            _(
                "The drawing declares XML entities, so it was not read. Export it as a plain SVG "
                "and send that."
            ),
        ) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise UploadRefused(
            "not_an_image", _("This drawing cannot be read. Export it anew as SVG.")
        ) from error
    if _local(root) != "svg":
        raise UploadRefused("not_an_image", _("This drawing cannot be read. Export it anew as SVG."))
    if sum(1 for _element in root.iter()) > limits.SVG_ELEMENTS or _is_too_deep(root):
        raise UploadRefused("too_large", _("The drawing has too many parts. Send it as a PNG."))
    active: set[str] = set()
    _clean(root, active)
    return tostring(root, encoding="utf-8", xml_declaration=True), active


def _is_too_deep(root: Element) -> bool:
    level = [root]
    for _depth in range(limits.SVG_DEPTH):
        level = [child for element in level for child in element]
    return bool(level)


def _local(element: Element) -> str:
    space, _brace, name = str(element.tag).rpartition("}")
    return name if space in ("{" + SVG, "") else ""


def _clean(root: Element, active: set[str]) -> None:
    """Take away what may not stay; note what acted."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        element.tag = f"{{{SVG}}}{_local(element)}"
        _clean_attributes(element, active)
        if _local(element) == "style":
            _clean_style(element, active)
        for child in list(element):
            name = _CASES.get(str(child.tag).rpartition("}")[2].lower(), "")
            if name in ACTIVE:
                active.add(name)
            if isinstance(child.tag, str) and _local(child) in ELEMENTS:
                waiting.append(child)
            else:
                _drop(element, child, active)


def _clean_style(element: Element, active: set[str]) -> None:
    """All its words are styles, those behind an element within it too."""
    words = "".join(element.itertext())
    for child in list(element):
        element.remove(child)
    element.text = "" if _acts(words, active, "style") else words


def _drop(element: Element, child: Element, active: set[str]) -> None:
    for inner in child.iter():
        if isinstance(inner.tag, str):
            name = _CASES.get(inner.tag.rpartition("}")[2].lower(), "")
            active |= {name} & ACTIVE
    element.remove(child)


def _clean_attributes(element: Element, active: set[str]) -> None:
    for key, value in list(element.attrib.items()):
        space, _brace, name = key.rpartition("}")
        if name.lower().startswith("on"):
            active.add(name)
        elif name == "href" and space in ("", "{" + XLINK):
            if _may_refer(element, value, active):
                continue
        elif (space == "{" + XML and name in ("space", "lang")) or (
            not space and name in ATTRIBUTES and not _acts(value, active, name)
        ):
            continue
        del element.attrib[key]


def _may_refer(element: Element, value: str, active: set[str]) -> bool:
    """Within the drawing, or to a picture that the drawing holds itself."""
    value = value.strip()
    if value.startswith("#"):
        return True
    if _local(element) == "image" and _PICTURE.match(value):
        return True
    if _local(element) != "a" or value.lower().replace("\t", "").startswith("javascript"):
        active.add("href")
    return False


def _acts(text: str, active: set[str], name: str) -> bool:
    """True when a value or style loads something from elsewhere, or runs."""
    if _URL.search(text) or _CSS_ACTS.search(text):
        active.add(f"{name}: url")
        return True
    return False


def elements(content: bytes) -> Iterator[str]:
    """The names of the elements of a drawing, in order."""
    return (_local(element) for element in fromstring(content, forbid_dtd=True).iter())
