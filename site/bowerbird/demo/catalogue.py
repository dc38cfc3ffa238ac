"""The demo shop's words and numbers, as plain data.

They are TOML, not fixtures, so that they can be read and mended by whoever writes, and so that a
change of the models does not touch them. Whoever plants the shop turns them into pages.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def load() -> dict[str, Any]:
    """The whole catalogue; each product's `manufacturer` is the table that its code stands for."""
    with (FOLDER / "catalogue.toml").open("rb") as file:
        catalogue = tomllib.load(file)
    makers = {maker["code"]: maker for maker in catalogue["manufacturers"]}
    for product in catalogue["products"]:
        product["manufacturer"] = makers[product["manufacturer"]]
    return catalogue


def picture_path(name: str) -> Path:
    """Where the picture of this file name lies; a name that leads nowhere is refused."""
    path = FOLDER / "pictures" / name
    if Path(name).name != name or not path.is_file():
        raise FileNotFoundError(f"The demo shop has no picture “{name}”.")
    return path
