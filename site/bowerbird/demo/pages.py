"""The demo shop's pages to be read: journal, landing pages, legal pages, front page, footer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Page, Site

from bowerbird.demo.blocks import Entry, picture, story
from content.models import ShopSettings, SocialLink
from home.models import (
    ArticleIndexPage,
    ArticlePage,
    Author,
    HomePage,
    LandingPage,
    TextPage,
    Topic,
)


def load(data: Entry, home: HomePage) -> None:
    """Products come first: what follows shows them."""
    load_arranged(TextPage, data["pages"], home)
    load_writers(data)
    load_articles(data["articles"], load_journal(data["journal"], home))
    load_arranged(LandingPage, data["landing_pages"], home)
    if not home.body:
        dress_front_page(home, data["home"])
    load_footer(data)


def load_arranged(
    model: type[TextPage | LandingPage], entries: Iterable[Entry], home: Page
) -> None:
    for entry in entries:
        if not model.objects.filter(slug=entry["slug"]).exists():
            publish_below(home, model(**_said(entry), body=story(entry["body"])))


def load_writers(data: Entry) -> None:
    for entry in data["authors"]:
        if not Author.objects.filter(name=entry["name"]).exists():
            Author.objects.create(name=entry["name"], line=entry["line"])
    for entry in data["topics"]:
        if not Topic.objects.filter(slug=entry["slug"]).exists():
            Topic.objects.create(slug=entry["slug"], name=entry["name"])


def load_journal(entry: Entry, home: HomePage) -> ArticleIndexPage:
    journal = ArticleIndexPage.objects.filter(slug=entry["slug"]).first()
    if journal is None:
        journal = ArticleIndexPage(**_said(entry), show_in_menus=True)
        publish_below(home, journal)
    return journal


def load_articles(entries: Iterable[Entry], journal: ArticleIndexPage) -> None:
    """Dated back from today, so that the journal never looks abandoned."""
    for entry in entries:
        if ArticlePage.objects.filter(slug=entry["slug"]).exists():
            continue
        page = ArticlePage(
            **_said(entry),
            author=Author.objects.filter(name=entry["author"]).first(),
            date=timezone.localdate() - timedelta(days=entry["days_ago"]),
            picture=picture(entry["picture"], entry["picture_alt"]),
            body=story(entry["body"]),
        )
        page.topics = Topic.objects.filter(slug__in=entry["topics"])
        publish_below(journal, page)


def dress_front_page(home: HomePage, entry: Entry) -> None:
    home.title = entry["title"]
    home.search_description = entry["search_description"]
    home.body = story(entry["body"])
    home.save_revision().publish()


def load_footer(data: Entry) -> None:
    shop = ShopSettings.for_site(Site.objects.get(is_default_site=True))
    if shop.footer:
        return
    shop.footer = [
        ("column", {"heading": entry["heading"], "links": [_link(slug) for slug in entry["slugs"]]})
        for entry in data["footer"]
    ]
    for entry in data["pages"]:
        if "setting" in entry:
            setattr(shop, entry["setting"], Page.objects.get(slug=entry["slug"]))
    shop.social_links = [SocialLink(name=one["name"], url=one["url"]) for one in data["social"]]
    shop.save()


def publish_below(parent: Page, page: Page, live_in_days: int | None = None) -> None:
    """Through a revision, as an editor does it; in some days, where that is asked for."""
    if live_in_days:
        page.live = False
        page.go_live_at = timezone.now() + timedelta(days=live_in_days)
    parent.add_child(instance=page)
    page.save_revision().publish()


def _said(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry["title"],
        "slug": entry["slug"],
        "introduction": entry["introduction"],
        "search_description": entry["search_description"],
    }


def _link(slug: str) -> Entry:
    return {"page": Page.objects.get(slug=slug), "url": "", "text": ""}
