"""The palette: the shop's own colours and a few companions, all chosen in OKLCH."""

from math import cos, radians, sin

Colour = tuple[int, int, int]


def oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """Turn an OKLCH colour, as the style sheets write it, into sRGB bytes."""
    return _from_oklab((lightness, chroma * cos(radians(hue)), chroma * sin(radians(hue))))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours in OKLab, where half-way looks half-way."""
    share = min(1.0, max(0.0, share))
    a, b = _to_oklab(first), _to_oklab(second)
    return _from_oklab(
        (
            a[0] + (b[0] - a[0]) * share,
            a[1] + (b[1] - a[1]) * share,
            a[2] + (b[2] - a[2]) * share,
        )
    )


def ramp(colours: list[Colour], share: float) -> Colour:
    """The colour found at `share` (0 to 1) of the way along a list of colours."""
    place = min(1.0, max(0.0, share)) * (len(colours) - 1)
    index = min(int(place), len(colours) - 2)
    return mix(colours[index], colours[index + 1], place - index)


def _from_oklab(lab: tuple[float, float, float]) -> Colour:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encode(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _encode(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _encode(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _to_oklab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (_decode(channel) for channel in colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _encode(linear: float) -> int:
    linear = min(1.0, max(0.0, linear))
    curved = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(curved * 255)


def _decode(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


PAPER = oklch(0.98, 0.01, 90)
INK = oklch(0.22, 0.02, 270)
SATIN = oklch(0.48, 0.17, 262)
STRAW = oklch(0.87, 0.13, 92)

DEEP = oklch(0.31, 0.09, 266)
NIGHT = oklch(0.25, 0.055, 268)
SKY = oklch(0.73, 0.10, 250)
MIST = oklch(0.90, 0.03, 245)
CLAY = oklch(0.64, 0.12, 42)
BLUSH = oklch(0.88, 0.045, 45)
SAGE = oklch(0.74, 0.05, 150)
MOSS = oklch(0.44, 0.06, 145)
SAND = oklch(0.92, 0.03, 85)
OAK = oklch(0.755, 0.068, 66)

# Walls and tables
CHALK = oklch(0.945, 0.011, 75)
LINEN = oklch(0.91, 0.02, 70)
HAZE = oklch(0.90, 0.022, 245)
ROSE = oklch(0.88, 0.032, 45)
LICHEN = oklch(0.87, 0.025, 150)
DUSK = oklch(0.42, 0.05, 262)
