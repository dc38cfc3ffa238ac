"""Draw the demo shop's pictures again: `python site/bowerbird/demo/draw.py [name …]`.

The shop itself needs none of this: the pictures are in the repository. numpy is no dependency of
the shop, so give the script an environment of its own:

    python -m venv /tmp/draw && /tmp/draw/bin/pip install numpy pillow
    /tmp/draw/bin/python site/bowerbird/demo/draw.py                # all of them, a few minutes
    /tmp/draw/bin/python site/bowerbird/demo/draw.py tidal-drift    # just one
"""

import sys
from io import BytesIO
from pathlib import Path

from art.pictures import PICTURES  # type: ignore[import-not-found]
from PIL import Image

FOLDER = Path(__file__).parent / "pictures"
QUALITIES = (80, 74, 68, 62, 56, 50)
LARGEST = 0.066  # bytes a pixel: a repository is cloned more often than a picture is looked at


def main(wanted: list[str]) -> None:
    """Draw the pictures that were asked for, or all."""
    FOLDER.mkdir(exist_ok=True)
    for name in wanted or PICTURES:
        content = compressed(PICTURES[name]())
        (FOLDER / f"{name}.webp").write_bytes(content)
        say(f"{name:32} {len(content) / 1000:6.0f} kB")
    sizes = [path.stat().st_size for path in FOLDER.glob("*.webp")]
    say(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.2f} MB")


def say(line: str) -> None:
    """Tell whoever waits how far we are."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def compressed(picture: Image.Image) -> bytes:
    """The picture as WebP, at the best quality that keeps it small enough."""
    content, largest = b"", LARGEST * picture.width * picture.height
    for quality in QUALITIES:
        file = BytesIO()
        picture.convert("RGB").save(file, "WEBP", quality=quality, method=6)
        content = file.getvalue()
        if len(content) <= largest:
            break
    return content


if __name__ == "__main__":
    main(sys.argv[1:])
