from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path, re_path
from django.views.generic import TemplateView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts.views import admin_login
from bowerbird.health import healthz
from bowerbird.robots import robots
from bowerbird.sitemap import sitemap
from bowerbird.speculation import speculation_rules
from checkout.webhooks import stripe_webhook
from content.routing import serve

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("robots.txt", robots),
    path("speculation-rules.json", speculation_rules),
    path("admin/login/", admin_login),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("checkout/webhooks/stripe/", stripe_webhook, name="stripe_webhook"),
    path("sitemap.xml", sitemap, name="sitemap"),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide/", TemplateView.as_view(template_name="styleguide.html"))]
    urlpatterns += staticfiles_urlpatterns()
    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)

urlpatterns += i18n_patterns(
    path("account/", include("accounts.urls")),
    path("basket/", include("basket.urls")),
    path("checkout/", include("checkout.urls")),
    path("search/", include("search.urls")),
    path("stock-alerts/", include("products.urls")),
    path("_util/login/", admin_login),  # where Wagtail sends the readers of private pages
    *(one for one in wagtail_urls.urlpatterns if one.name != "wagtail_serve"),
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
    prefix_default_language=False,
)
