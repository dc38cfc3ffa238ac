"""Development: works from a clean clone with nothing set and no server but this one."""

from .base import *
from .base import env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env("SECRET_KEY", default="development-only-key-that-guards-nothing-of-value")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
DEMO_PASSWORD: str = env("DEMO_PASSWORD", default="bowerbird")
INTERNAL_IPS = ["127.0.0.1"]
