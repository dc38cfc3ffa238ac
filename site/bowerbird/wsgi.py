import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bowerbird.settings.production")
django_application = get_wsgi_application()

from content.live_pages.wsgi import PagesAtHand  # noqa: E402  # once the apps are there

application = PagesAtHand(django_application)
