"""The shop's cache: Redis, and this process's own memory while Redis is away.

A cache that merely forgets would lock everybody out: what counts attempts to sign in must add a key
before it may let anybody through. Sessions keep out of this (`SESSION_CACHE_ALIAS`): processes that
each remember their own would show each other's past.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted

logger = logging.getLogger(__name__)

# Seconds: nothing remembered here outlives an outage by much.
MEMORY_TIMEOUT = 300


class RedisOrMemory(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._memory = LocMemCache(f"without {server}", {})

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.client.add(key, value, *args, **kwargs)
        except ConnectionInterrupted as error:
            _note(error)
            return self._memory.add(key, value, MEMORY_TIMEOUT)

    def get(self, key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.client.get(key, default, *args, **kwargs)
        except ConnectionInterrupted as error:
            _note(error)
            return self._memory.get(key, default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.client.set(key, value, *args, **kwargs)
        except ConnectionInterrupted as error:
            _note(error)
            return self._memory.set(key, value, MEMORY_TIMEOUT)

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        self._memory.delete(key)
        return super().delete(key, *args, **kwargs)


def _note(error: Exception) -> None:
    logger.warning("Redis is away: %s", type(error.__cause__).__name__)
