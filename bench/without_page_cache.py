"""Production, where no page is kept whole; the parts that pages share are kept, as they would be
for whoever is passed by: staff, and a visitor for whom a message waits."""

from bowerbird.settings.production import *  # noqa: F403
from bowerbird.settings.production import MIDDLEWARE

MIDDLEWARE = [name for name in MIDDLEWARE if name != "content.live_pages.middleware.LivePages"]
