"""What on a lesson page differs by how far the member is with a lesson."""

from __future__ import annotations

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context

register = template.Library()


class ByState(template.Node):
    """Renders what it holds; for a page that is kept, once in each state."""

    def __init__(self, state: FilterExpression, nodelist: NodeList) -> None:
        self.state = state
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        sheet = context.get("sheet")
        if sheet is None:
            return self.nodelist.render(context)
        return sheet.in_each_state(self.state.resolve(context), lambda: self.nodelist.render(context))


@register.tag
def by_state(parser: Parser, token: Token) -> ByState:
    """
    `{% by_state lesson.state %}…{% endby_state %}`: only in there does a page say how far the member is.
    """
    _name, state = token.split_contents()
    nodelist = parser.parse(["endby_state"])
    parser.delete_first_token()
    return ByState(parser.compile_filter(state), nodelist)
