"""A catalogue of any size, to see how the shop bears it: invented by number, written in bulk."""
