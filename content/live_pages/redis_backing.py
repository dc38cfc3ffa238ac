"""Versions and copies in Redis.

A Redis that was started again may come back with an old state of its data, in which old versions
are current once more. So every copy also carries the *epoch*, the server's own id of its run, which
whoever connects writes down. And who lost sight of Redis cannot know which moves were lost
meanwhile: it moves `site`, and with that every page, once Redis is there again.
"""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha1
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from content.live_pages.backing import Unreachable
from content.live_pages.names import SITE, is_mark

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 0.3  # seconds
ANSWER_TIMEOUT = 0.5  # seconds
# How long nobody waits for a Redis that did not answer.
PAUSE = 2.0  # seconds
RENDERING = 10.0  # seconds: who renders longer has lost the lead
POLL = 0.02  # seconds between two looks whether another process is done
FORGET_AFTER = 7 * 24 * 60 * 60  # seconds: versions that nobody asks for any more
COUNTS_LAST = 8 * 24 * 60 * 60  # seconds
MARKS_LAST = 60 * 60  # seconds: beat asks within a minute
MOST_OWED = 5_000
MOST_QUESTIONS = 1_000  # of some hundred bytes each
MOST_CONNECTIONS = 10_000  # no bound of its own: a thread of the server needs one

# The clock grows with every move, also if the server's own clock is set back. The ARGV beside a key
# says after how many seconds that is forgotten.
_MOVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if now <= last then now = last + 1 end
local clock = string.format('%.0f', now)
redis.call('SET', KEYS[1], clock)
for i = 2, #KEYS do
  redis.call('SET', KEYS[i], clock .. ':' .. ARGV[1], 'EX', ARGV[i])
end
return clock
"""
# Where nothing at all has moved since the rendering began, what has no version yet gets one. Where
# something has, a version that is missing may have been moved and forgotten in between.
_SETTLE = """
local quiet = redis.call('GET', KEYS[1]) == ARGV[1]
local fits = 1
local answer = {0}
for i = 2, #KEYS do
  local version = redis.call('GET', KEYS[i])
  if not version then
    version = '0:' .. ARGV[2]
    redis.call('SET', KEYS[i], version, 'EX', ARGV[3])
    if not quiet then fits = 0 end
  elseif not quiet and tonumber(string.match(version, '^%d+')) > tonumber(ARGV[1]) then
    fits = 0
  end
  answer[i] = version
end
answer[1] = fits
return answer
"""


class RedisBacking:
    lasts = True

    def __init__(self, url: str, prefix: str) -> None:
        self._prefix = prefix
        self._pool = redis.ConnectionPool.from_url(
            url,
            max_connections=MOST_CONNECTIONS,
            socket_connect_timeout=CONNECT_TIMEOUT,
            socket_timeout=ANSWER_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
            redis_connect_func=self._greet,
        )
        self._client = redis.Redis(connection_pool=self._pool)
        self._scripts = {text: self._client.register_script(text) for text in (_MOVE, _SETTLE)}
        # What is on every page is asked for again with each.
        self._questions = lru_cache(maxsize=MOST_QUESTIONS)(self._put)
        self._own = threading.local()
        self._lock = threading.Lock()
        # What has to be moved, each with the number of its latest change.
        self._owed: dict[str, int] = {}
        self._changes = itertools.count(1)
        self._courier: threading.Thread | None = None
        self._paused_until = 0.0
        self._run_id = b""

    # --- Versions ---------------------------------------------------------------------------

    def begin(self) -> bytes:
        epoch, clock = self._reach(lambda: self._client.mget(self._epoch, self._clock))
        moment: bytes = clock or self._run_script(_MOVE, [], _token())
        if epoch is None:  # everything was thrown away: start over
            self._reach(lambda: self._client.set(self._epoch, self._run_id, nx=True))
        return moment

    def settle(self, names: Sequence[str], moment: bytes) -> tuple[bytes, ...] | None:
        epoch = self._reach(lambda: self._client.get(self._epoch))
        fits, *versions = self._run_script(_SETTLE, names, moment, _token(), FORGET_AFTER)
        return (epoch, *versions) if fits and epoch is not None else None

    def question(self, names: Sequence[str]) -> bytes:
        """The very bytes that ask for the epoch and these versions."""
        return self._questions(tuple(names))

    def _put(self, names: tuple[str, ...]) -> bytes:
        words = [b"MGET", self._epoch.encode(), *(self._key("v", name).encode() for name in names)]
        return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)

    def versions(self, names: Sequence[str], ask: bytes) -> Sequence[bytes | None]:
        answer: list[bytes | None] = self._reach(lambda: self._ask(ask))
        return answer

    def move(self, names: Iterable[str]) -> None:
        self._owe(names)
        if time.monotonic() < self._paused_until or not self._deliver():
            self._send_courier()

    # --- Copies -----------------------------------------------------------------------------

    def load(self, address: str) -> bytes | None:
        raw: bytes | None = self._reach(lambda: self._client.get(self._key("copy", _hash(address))))
        return raw

    def save(self, address: str, copy: bytes, seconds: int) -> None:
        self._reach(lambda: self._client.set(self._key("copy", _hash(address)), copy, ex=seconds))

    @contextmanager
    def leading(self, address: str) -> Iterator[bool]:
        name = self._key("lead", _hash(address))
        lead = self._client.lock(name, timeout=RENDERING, blocking=False, thread_local=False)
        is_ours = self._reach(lead.acquire)
        if not is_ours:
            deadline = time.monotonic() + RENDERING
            while self._reach(lead.locked) and time.monotonic() < deadline:
                time.sleep(POLL)
            yield False
            return
        try:
            yield True
        finally:
            try:
                lead.release()
            except redis.RedisError as error:  # it ran out, or Redis is gone
                logger.info("the lead for %s was lost: %s", address, type(error).__name__)

    # --- Counts -----------------------------------------------------------------------------

    def add_up(self, hour: str, counts: Mapping[str, int]) -> None:
        key = self._key("counts", hour)

        def add() -> None:
            together = self._client.pipeline(transaction=False)
            for what, times in counts.items():
                together.hincrby(key, what, times)
            together.expire(key, COUNTS_LAST)
            together.execute()

        self._reach(add)

    def added_up(self, hours: Sequence[str]) -> Sequence[Mapping[str, int]]:
        def ask() -> list[dict[bytes, bytes]]:
            together = self._client.pipeline(transaction=False)
            for hour in hours:
                together.hgetall(self._key("counts", hour))
            return list(together.execute())

        return [
            {what.decode(): int(times) for what, times in one.items()} for one in self._reach(ask)
        ]

    # --- Redis itself -----------------------------------------------------------------------

    @property
    def _epoch(self) -> str:
        return self._key("epoch")

    @property
    def _clock(self) -> str:
        return self._key("clock")

    def _key(self, *parts: str) -> str:
        return ":".join((self._prefix, *parts))

    def _run_script(self, text: str, names: Iterable[str], *arguments: Any) -> Any:
        keys = [self._clock, *(self._key("v", name) for name in names)]
        return self._reach(lambda: self._scripts[text](keys=keys, args=arguments))

    def _reach(self, ask: Callable[[], Any]) -> Any:
        """One question to Redis, and another try on a new connection: an idle one may be dead."""
        if time.monotonic() < self._paused_until:
            raise Unreachable
        if self._owed and not self._deliver():
            raise Unreachable
        try:
            try:
                return ask()
            except redis.ConnectionError:
                return ask()
        except redis.RedisError as error:
            self._lose_sight(error)
            raise Unreachable from error

    def _ask(self, question: bytes) -> Any:
        """On this thread's own connection, without what redis-py does for other kinds of use."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._pool.make_connection()
        try:
            connection.send_packed_command([question], check_health=False)
            return connection.read_response()
        except BaseException:
            connection.disconnect()
            raise

    def _greet(self, connection: Any) -> None:
        """On every new connection: which run of the server is this?"""
        connection.on_connect()
        connection.send_command("INFO", "server")
        said = re.search(rb"run_id:(\w+)", bytes(connection.read_response()))
        self._run_id = said[1] if said else _token().encode()
        connection.send_command("SET", self._epoch, self._run_id)
        connection.read_response()

    def _lose_sight(self, error: Exception) -> None:
        logger.warning("whole pages are not kept for now, Redis is away: %s", error)
        self._paused_until = time.monotonic() + PAUSE
        self._owe([SITE])

    # --- Moves that are owed ----------------------------------------------------------------

    def _owe(self, names: Iterable[str]) -> None:
        with self._lock:
            self._owed.update({name: next(self._changes) for name in names})
            if len(self._owed) > MOST_OWED:
                self._owed = {SITE: next(self._changes)}

    def _deliver(self) -> bool:
        with self._lock:
            owed = dict(self._owed)
        if not owed:
            return True
        names = sorted(owed)
        keys = [self._clock, *(self._key("v", name) for name in names)]
        seconds = [MARKS_LAST if is_mark(name) else FORGET_AFTER for name in names]
        try:
            self._scripts[_MOVE](keys=keys, args=[_token(), *seconds])
        except redis.RedisError as error:
            self._lose_sight(error)
            return False
        with self._lock:  # what changed once more meanwhile stays owed
            for name, change in owed.items():
                if self._owed.get(name) == change:
                    del self._owed[name]
        return True

    def _send_courier(self) -> None:
        """Somebody must bring the moves to Redis even if this process never reads a page."""
        with self._lock:
            if self._courier and self._courier.is_alive():
                return
            self._courier = threading.Thread(target=self._bring, daemon=True)
            self._courier.start()

    def _bring(self) -> None:
        while not self._deliver():
            time.sleep(PAUSE / 4)


def _token() -> str:
    return uuid.uuid4().hex


def _hash(address: str) -> str:
    return sha1(address.encode(), usedforsecurity=False).hexdigest()
