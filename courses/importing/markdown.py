"""Markdown as it is usually written, with tables and footnotes, turned into HTML and read as that."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)


def html_of_markdown(text: str) -> str:
    """Return the HTML, not yet made harmless."""
    reader = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    reader.use(footnote_plugin).use(front_matter_plugin)
    head = re.match(r"---\n(.*?)\n(?:---|\.\.\.)\n", text, re.DOTALL)
    found = _TITLE.search(head[1]) if head else None
    title = f"<title>{escape(found[1])}</title>" if found else ""
    return title + str(reader.render(text))


def html_of_text(text: str) -> str:
    """Plain text: a line is a paragraph."""
    return "".join(f"<p>{escape(line.strip())}</p>\n" for line in text.split("\n") if line.strip())
