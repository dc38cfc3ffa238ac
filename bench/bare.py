"""A Django view that returns ready bytes, without middleware: the least a page can cost here."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="bench",
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    DATABASES={},
)
BODY = Path(os.environ["BODY"]).read_bytes()
HEADERS = {"Content-Encoding": "br", "Content-Length": str(len(BODY))}


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, headers=HEADERS)


urlpatterns = [path("", view)]
application = get_wsgi_application()
