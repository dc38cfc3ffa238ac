"""schema.org's Article, as search engines read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from wagtail.images.shortcuts import get_rendition_or_not_found
from wagtail.models import Site

from content.models import ShopSettings
from content.renditions import USES

if TYPE_CHECKING:
    from home.models import ArticlePage


def article_data(page: ArticlePage, request: HttpRequest) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "description": page.introduction,
        "datePublished": page.date.isoformat(),
        "mainEntityOfPage": page.full_url or request.build_absolute_uri(),
        "inLanguage": page.locale.language_code,
    }
    if page.last_published_at:
        data["dateModified"] = page.last_published_at.isoformat()
    if page.author:
        data["author"] = {"@type": "Person", "name": page.author.name}
    if Site.find_for_request(request):
        shop = ShopSettings.for_request(request)
        data["publisher"] = {"@type": "Organization", "name": shop.name}
    if page.picture:
        shared = get_rendition_or_not_found(page.picture, USES["share"][0])
        data["image"] = [request.build_absolute_uri(shared.url)]
    return data
