from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from content.admin.letters import LettersViewSet


@hooks.register("register_admin_viewset")
def viewsets() -> list[ViewSet]:
    return [LettersViewSet()]


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Offered where a shop edits its groups."""
    return Permission.objects.filter(content_type__app_label="content", codename="change_wording")
