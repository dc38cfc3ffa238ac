from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Orderable, Page, PageViewRestriction

from content import letters
from content.blocks import FooterColumnBlock
from content.blocks.gathering import PictureQuerySet
from content.live_pages.names import link_to
from content.live_pages.showing import depends_on
from content.locales import in_readers_language
from content.privacy import private_paths
from content.slugs import is_reserved


class Picture(AbstractImage):
    """The site's image model, our own from the first migration on, so that it can grow."""

    admin_form_fields = Image.admin_form_fields

    objects = PictureQuerySet.as_manager()

    @property
    def default_alt_text(self) -> str:
        return self.description or ""


class Rendition(AbstractRendition):
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition"
            )
        ]


class BasePage(Page):
    """What every page of the site shares. Abstract: Wagtail's own table stays Wagtail's."""

    # The query parameters that make another view of the page; kept pages know no others.
    known_parameters: ClassVar[frozenset[str]] = frozenset()

    share_picture = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture for sharing"),
        help_text=_("Shown where a link to this page is shared. Landscape, 1200 pixels wide."),
    )

    promote_panels = [*Page.promote_panels, FieldPanel("share_picture")]

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if is_reserved(self.slug):
            message = _("“%(slug)s” is an address of the shop itself. Choose another slug.")
            raise ValidationError({"slug": message % {"slug": self.slug}})

    @cached_property
    def ancestors(self) -> list[Page]:
        """From the front page on. Known already where a reader has come along them."""
        return list(self.get_ancestors().filter(depth__gt=1).defer_streamfields())

    def breadcrumbs(self) -> list[Page]:
        """The way here from the front page, front page first, this page left out."""
        depends_on(*map(link_to, self.ancestors))
        return [page for page in self.ancestors if page.live]

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        """Of a page that a reader has come to: looked up only where anything is private at all."""
        if "ancestors" in self.__dict__ and not private_paths():
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()


def _page_of_the_shop(name: Any) -> models.ForeignKey:
    return models.ForeignKey(
        Page,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=name,
    )


@register_setting(icon="home")
class ShopSettings(BaseSiteSetting, ClusterableModel):
    """Who sells, on what terms: printed in the footer, in e-mails and on invoices."""

    select_related = ("logo",)

    name = models.CharField(_("shop name"), max_length=100, default="Bower")
    strapline = models.CharField(_("strapline"), max_length=160, blank=True)
    logo = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    email = models.EmailField(_("e-mail for customers"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    company = models.CharField(_("legal name"), max_length=160, blank=True)
    address = models.TextField(_("postal address"), blank=True)
    country = CountryField(_("country"), default="GB")
    vat_number = models.CharField(_("VAT number"), max_length=32, blank=True)
    company_number = models.CharField(_("company registration"), max_length=64, blank=True)
    prices_include_tax = models.BooleanField(
        _("prices include tax"),
        default=True,
        help_text=_("How editors enter prices and shoppers see them."),
    )
    taxes_at_destination = models.BooleanField(
        _("VAT of the customer's country"),
        default=True,
        help_text=_(
            "Of consumers in other countries of the EU (One Stop Shop). Without it they pay yours, "
            "which is right while such sales stay under €10,000 a year."
        ),
    )
    order_cutoff = models.TimeField(
        _("orders leave today until"),
        null=True,
        blank=True,
        help_text=_("What is paid later leaves on the next working day, as all does without it."),
    )
    default_weight = models.PositiveIntegerField(
        _("weight of what has none, in grams"),
        default=500,
        help_text=_("Counts for delivery where the stock of a thing has no weight."),
    )
    bank_account_holder = models.CharField(_("account holder"), max_length=120, blank=True)
    bank_iban = models.CharField(_("IBAN or account number"), max_length=42, blank=True)
    bank_bic = models.CharField(_("BIC or sort code"), max_length=20, blank=True)
    withdrawal_days = models.PositiveSmallIntegerField(
        _("days to withdraw"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "How long after delivery shoppers may withdraw from the contract on their order’s "
            "page. The law of the EU asks for 14 or more; 0 turns it off."
        ),
    )
    # In the order in which the footer names them.
    delivery_page = _page_of_the_shop(_("delivery and returns"))
    withdrawal_page = _page_of_the_shop(_("right of withdrawal"))
    terms_page = _page_of_the_shop(_("terms and conditions"))
    privacy_page = _page_of_the_shop(_("privacy"))
    imprint_page = _page_of_the_shop(_("imprint"))
    footer = StreamField(
        [("column", FooterColumnBlock())],
        blank=True,
        max_num=3,
        verbose_name=_("columns of links"),
        help_text=_("The pages named under “Legal pages” are shown below them by themselves."),
    )

    LEGAL_PAGES = ("delivery_page", "withdrawal_page", "terms_page", "privacy_page", "imprint_page")

    panels = [
        MultiFieldPanel(
            [FieldPanel("name"), FieldPanel("strapline"), FieldPanel("logo")], _("Brand")
        ),
        MultiFieldPanel(
            [
                FieldPanel("company"),
                FieldPanel("address"),
                FieldPanel("country"),
                FieldPanel("email"),
                FieldPanel("phone"),
                FieldPanel("vat_number"),
                FieldPanel("company_number"),
            ],
            _("Seller"),
        ),
        MultiFieldPanel(
            [FieldPanel("prices_include_tax"), FieldPanel("taxes_at_destination")],
            _("Prices and VAT"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("order_cutoff"), FieldPanel("default_weight")]),
                InlinePanel("closed_days", heading=_("Days off"), label=_("Day off")),
            ],
            _("Delivery"),
            help_text=_("Parcels leave from Monday to Friday, except on these days."),
        ),
        MultiFieldPanel([FieldPanel("withdrawal_days")], _("Right of withdrawal")),
        MultiFieldPanel(
            [
                FieldPanel("bank_account_holder"),
                FieldPanel("bank_iban"),
                FieldPanel("bank_bic"),
            ],
            _("Bank transfer"),
            help_text=_("With an account number, checkout offers payment by bank transfer."),
        ),
        MultiFieldPanel(
            [PageChooserPanel(name) for name in LEGAL_PAGES],
            _("Legal pages"),
            help_text=_("Linked from the footer of every page and from the checkout."),
        ),
        MultiFieldPanel(
            [
                FieldPanel("footer"),
                InlinePanel("social_links", heading=_("Elsewhere"), label=_("Profile")),
            ],
            _("Footer"),
        ),
    ]

    class Meta:
        verbose_name = _("shop settings")

    def __str__(self) -> str:
        return self.name

    @property
    def accepts_bank_transfer(self) -> bool:
        return bool(self.bank_iban)

    @cached_property
    def delivery_info(self) -> Page | None:
        """What delivery costs, in the reader's language."""
        if not self.delivery_page_id:
            return None
        depends_on(link_to(self.delivery_page_id))
        page = self.delivery_page
        return in_readers_language(page) if page and page.live else None

    @cached_property
    def legal_pages(self) -> dict[str, Page]:
        """Those that are named here and published, by their fields; in the reader's language."""
        ids = {name: pk for name in self.LEGAL_PAGES if (pk := getattr(self, f"{name}_id"))}
        depends_on(*map(link_to, ids.values()))
        live = Page.objects.live().in_bulk(ids.values())
        return {name: in_readers_language(live[pk]) for name, pk in ids.items() if pk in live}


# Words in the name or address of a profile, and the icon that stands for the place.
SOCIAL_ICONS = {
    "bluesky": "bluesky",
    "bsky": "bluesky",
    "facebook": "facebook",
    "instagram": "instagram",
    "linkedin": "linkedin",
    "mastodon": "mastodon",
    "pinterest": "pinterest",
    "tiktok": "tiktok",
    "youtube": "youtube",
}


class SocialLink(Orderable):
    """A profile of the shop elsewhere."""

    settings = ParentalKey(ShopSettings, on_delete=models.CASCADE, related_name="social_links")
    name = models.CharField(_("name"), max_length=40, help_text=_("“Mastodon”, “Instagram”…"))
    url = models.URLField(_("address"))

    panels = [FieldPanel("name"), FieldPanel("url")]

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]
        verbose_name = _("profile elsewhere")

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        """Its file name. A Mastodon server may have any address, so the name counts too."""
        said = f"{self.name} {urlsplit(self.url).hostname or ''}".lower()
        return next((icon for part, icon in SOCIAL_ICONS.items() if part in said), "external")


class WordingQuerySet(models.QuerySet["Wording"]):
    def texts(self, letter: str, language: str) -> dict[str, str]:
        """What staff wrote of this letter, by part; empty where all is standard."""
        found = self.filter(letter=letter, language=language).values(*letters.PARTS).first()
        return dict(found or {})


class Wording(models.Model):
    """A letter's words in one language, where staff prefer others than the standard ones."""

    letter = models.CharField(_("e-mail"), max_length=40, editable=False)
    language = models.CharField(_("language"), max_length=10, editable=False)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    heading = models.CharField(_("heading"), max_length=150, blank=True)
    opening = models.TextField(_("first paragraphs"), max_length=2000, blank=True)
    closing = models.TextField(_("last paragraphs"), max_length=2000, blank=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("words of an e-mail")
        verbose_name_plural = _("words of e-mails")
        constraints = [
            models.UniqueConstraint(fields=["letter", "language"], name="wording_once_a_letter")
        ]

    def __str__(self) -> str:
        return f"{self.letter} ({self.language})"


class ClosedDay(models.Model):
    """A holiday, or any other weekday on which nothing leaves the house."""

    settings = ParentalKey(ShopSettings, on_delete=models.CASCADE, related_name="closed_days")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=60, blank=True)

    panels = [FieldRowPanel([FieldPanel("day"), FieldPanel("name")])]

    class Meta:
        ordering = ["day"]
        verbose_name = _("day off")
        constraints = [
            models.UniqueConstraint(fields=["settings", "day"], name="closed_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
