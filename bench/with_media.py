"""The shop with its uploads: in production the proxy hands them out, and here there is none."""

from django.conf import settings
from whitenoise import WhiteNoise

from bowerbird.wsgi import application as shop

# Looked for at each request, since sizes of pictures are made while the server runs.
application = WhiteNoise(shop, root=str(settings.MEDIA_ROOT), prefix="media/", autorefresh=True)
