"""Static files as a release lays them out: each entry in one piece, hashed names, compressed.

To work on them they are many: a style sheet is the components that it imports, a script the
behaviours. Over the wire each would be a request, so `collectstatic` puts what an entry imports in
its place. What cannot be put there stops the release with a sentence that names it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

Read = Callable[[str], str]

_STRING = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_COMMENT = re.compile(rf"({_STRING})|/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(
    r"""@import\s+(?:url\(\s*)?["']?(?P<url>[^"')\s;]+)["']?\s*\)?(?P<conditions>[^;]*);"""
)
_URL = re.compile(r"""url\(\s*(["']?)(?P<url>[^"')]+)\1\s*\)""")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/|#", re.IGNORECASE)
_MODULE = re.compile(r"""^import\s*["'](?P<url>\.[^"']+)["'];?[ \t]*$""", re.MULTILINE)
_REMARK = re.compile(r"^[ \t]*//.*\n?", re.MULTILINE)
_TIED = re.compile(r"^(?:import|export)\b", re.MULTILINE)


class ReleasedFiles(CompressedManifestStaticFilesStorage):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What was collected stays as it is while a process runs, and each page names six of them.
        self.url = cache(super().url)

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            paths = self._in_one_piece(paths)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _in_one_piece(self, paths: dict[str, Any]) -> dict[str, Any]:
        """Our own only: what others bring is laid out already."""

        def read(name: str) -> str:
            if name not in paths:
                raise ValueError(f"{name} is imported, and there is no such static file")
            storage, path = paths[name]
            with storage.open(path) as file:
                return str(file.read().decode())

        joined = InMemoryStorage()
        for folder, join in (("css/", join_styles), ("js/", join_scripts)):
            for name in [name for name in paths if name.startswith(folder)]:
                if name.endswith(f".{folder[:-1]}"):
                    joined.save(name, ContentFile(join(name, read).encode()))
        own = {name: (joined, name) for name in paths if joined.exists(name)}
        return {**paths, **own}


def join_styles(name: str, read: Read, within: tuple[str, ...] = ()) -> str:
    """The style sheet with all that it imports, without comments and indentation."""
    if name in within:
        raise ValueError(f"{name} imports itself, by way of {within[-1]}")
    text = _COMMENT.sub(lambda match: match[1] or "", read(name))

    def put(match: re.Match[str]) -> str:
        if _ELSEWHERE.match(match["url"]):
            raise ValueError(f"{name} imports {match['url']}: only our own files can be joined")
        inner = _beside(name, match["url"])
        styles = join_styles(inner, read, (*within, name))
        return _under(match["conditions"].strip(), _addressed_from(name, inner, styles))

    return re.sub(r"\s*\n\s*", "\n", _IMPORT.sub(put, text)).strip() + "\n"


def _under(conditions: str, styles: str) -> str:
    """What follows the address: `layer(x) supports(…) media`, each of them or none."""
    wraps = []
    if layer := re.match(r"layer(?:\(\s*([\w.-]+)\s*\))?(?=\s|$)", conditions):
        wraps.append(f"@layer {layer[1] or ''}")
        conditions = conditions[layer.end() :].strip()
    if conditions.startswith("supports("):
        end = _closing(conditions)
        wraps.append(f"@supports {conditions[len('supports') : end]}")
        conditions = conditions[end:].strip()
    if conditions:
        wraps.append(f"@media {conditions}")
    for wrap in wraps:
        styles = f"{wrap.rstrip()} {{\n{styles}}}\n"
    return styles


def _closing(text: str) -> int:
    """Just after the bracket that closes the first one."""
    depth = 0
    for index, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == ")" and not depth:
            return index + 1
    raise ValueError(f"a bracket is open in @import … {text}")


def _addressed_from(name: str, inner: str, styles: str) -> str:
    """Relative addresses go by the file that they stand in, which is another one now."""
    folder = posixpath.dirname(name)

    def turn(match: re.Match[str]) -> str:
        if _ELSEWHERE.match(match["url"]):
            return match[0]
        return f'url("{posixpath.relpath(_beside(inner, match["url"]), folder)}")'

    if posixpath.dirname(inner) == folder:
        return styles
    return _URL.sub(turn, styles)


def join_scripts(name: str, read: Read) -> str:
    """The module with all that it imports for what they do (`import "./other.js";`).

    Each stands in a block of its own, as it had a scope of its own. One that gives or takes names
    cannot be joined like that.
    """
    imported = _modules(name, read, ())
    if imported == [name]:
        return read(name)
    parts = []
    for module in imported:
        code = _REMARK.sub("", _MODULE.sub("", read(module))).strip()
        if tied := _TIED.search(code):
            raise ValueError(f"{module} has names to {tied[0]}, so {name} cannot be joined")
        if code:
            parts.append(f"{{\n{code}\n}}\n")
    return "".join(parts)


def _modules(name: str, read: Read, seen: tuple[str, ...]) -> list[str]:
    """In the order in which a browser runs them, each once."""
    found: list[str] = []
    for match in _MODULE.finditer(read(name)):
        inner = _beside(name, match["url"])
        if inner not in (*seen, name):
            found += [one for one in _modules(inner, read, (*seen, name)) if one not in found]
    return [*found, name]


def _beside(name: str, url: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), url))
