from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet
from wagtail.rich_text.feature_registry import FeatureRegistry

from content.admin.letters import LettersViewSet
from content.admin.page_cache import PageCacheViewSet
from content.live_pages.links import NotedDocumentLink, NotedPageLink
from content.live_pages.showing import serve_noted

# Within the check of view restrictions: what is not for everybody never gets here.
hooks.register("on_serve_page", serve_noted, order=100)


@hooks.register("register_admin_viewset")
def viewsets() -> list[ViewSet]:
    return [LettersViewSet(), PageCacheViewSet()]


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Offered where a shop edits its groups."""
    return Permission.objects.filter(content_type__app_label="content", codename="change_wording")


@hooks.register("register_rich_text_features", order=100)
def note_links(features: FeatureRegistry) -> None:
    features.register_link_type(NotedPageLink)
    features.register_link_type(NotedDocumentLink)
