"""`{% accounted block.block_type %}…{% endaccounted %}`: who reads from the database names it."""

from __future__ import annotations

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context

from content.live_pages.showing import accounting_for

register = template.Library()


class AccountedNode(template.Node):
    def __init__(self, what: FilterExpression, content: NodeList) -> None:
        self.what, self.content = what, content

    def render(self, context: Context) -> str:
        with accounting_for(f"the block “{self.what.resolve(context)}”"):
            return self.content.render(context)


@register.tag
def accounted(parser: Parser, token: Token) -> AccountedNode:
    _, what = token.split_contents()
    content = parser.parse(("endaccounted",))
    parser.delete_first_token()
    return AccountedNode(parser.compile_filter(what), content)
