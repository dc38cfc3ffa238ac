"""`make bench`: what a visit costs, here and on django-oscar, into bench/results.md.

    make bench                                             # about ten minutes on two cores
    make bench ARGS="--only pages oscar --products 1000 --rounds 5"

    make bench ARGS="--scale 100 100000"                   # the same shop small and large

Parts are pages, basket, orders, search and admin; `oscar` adds the same of django-oscar, `more`
runs the benches that stand alone. The bare view is always measured.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from bench import alone, report, running, scale
from bench.ours import A_PAGE
from bench.shop import ROOT
from bench.targets import PARTS

OTHERS = ("oscar", "more")
RESULTS, SCALE = ROOT / "bench/results.md", ROOT / "bench/scale.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    every = [*PARTS, *OTHERS]
    parser.add_argument("--only", nargs="+", choices=every, default=every, metavar="PART")
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each target in a round")
    parser.add_argument("--scale", nargs="+", type=int, metavar="PRODUCTS", default=[])
    parser.add_argument("--into", type=Path, metavar="FILE", help="instead of the one in bench/")
    options = parser.parse_args()
    if min(options.scale or [options.products]) < A_PAGE:
        parser.error(f"a page of a category shows {A_PAGE} products: make as many at least")
    signal.signal(signal.SIGTERM, lambda *_about: sys.exit(143))  # the servers end first
    with tempfile.TemporaryDirectory() as folder:
        text = measured(options, Path(folder))
    (options.into or (SCALE if options.scale else RESULTS)).write_text(text)
    print(text)


def measured(options: argparse.Namespace, folder: Path) -> str:
    if options.scale:
        return scale.run(folder, options.scale, options.rounds, options.seconds)
    parts, more = set(options.only), "more" in options.only
    if parts == {"more"}:
        return report.standing_alone(alone.said())
    run = running.run(
        folder,
        parts=parts,
        products=options.products,
        rounds=options.rounds,
        seconds=options.seconds,
    )
    return report.written(run, alone.said() if more else {})


if __name__ == "__main__":
    main()
