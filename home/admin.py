"""Authors and topics in the admin's menu, together under "Journal"."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import LocaleColumn
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from home.models import Author, Topic


class AuthorViewSet(SnippetViewSet):
    model = Author
    icon = "user"
    menu_label = _("Authors")
    list_display = ["name", "line", LocaleColumn()]


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = ["name", "slug", LocaleColumn()]
    search_fields = ["name"]


class JournalGroup(SnippetViewSetGroup):
    items = (AuthorViewSet, TopicViewSet)
    menu_label = _("Journal")
    menu_icon = "doc-full-inverse"
    menu_order = 150
