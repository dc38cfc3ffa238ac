"""Records made into pages, variants, stock and pictures; what differs is decided first."""
