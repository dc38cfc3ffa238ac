"""Rows of a file, in whatever format, made into the records of `products.importing.records`."""
