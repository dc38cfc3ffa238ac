"""The application of the module that `COUNTED` names, with its queries counted."""

import os
from importlib import import_module

from bench.counted import CountedQueries

application = CountedQueries(import_module(os.environ["COUNTED"]).application)
