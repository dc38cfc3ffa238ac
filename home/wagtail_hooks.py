from wagtail.snippets.models import register_snippet

from home.admin import JournalGroup

register_snippet(JournalGroup)
