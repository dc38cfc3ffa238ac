"""The shop, with what each visit was to the page cache said in a header."""

from bench.told import ToldVisits
from bowerbird.wsgi import application as shop
from content.live_pages.counting import stats

application = ToldVisits(shop, stats)
