from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from products.importing.exporting import lines


class Command(BaseCommand):
    """What it writes, `import_products` reads: here that changes nothing, elsewhere it makes a
    shop.
    """

    help = "Write all products as a CSV file, a row for each variant."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="else to the standard output")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        if file is None:
            for line in lines():
                self.stdout.write(line, ending="")
            return
        with file.open("w", encoding="utf-8", newline="") as opened:
            opened.writelines(lines())
        self.stderr.write(f"Written to {file}.")
