"""From a Word file, Markdown or a web page to a course of drafts, by a mapping the editor sees first."""
