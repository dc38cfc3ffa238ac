import os

from django.core.asgi import get_asgi_application

from bowerbird.checks import refuse_under_asgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bowerbird.settings.production")
application = get_asgi_application()
refuse_under_asgi()
