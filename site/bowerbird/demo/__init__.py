"""The demo shop "Bower": its words (catalogue.toml), its pictures, and what drew them."""
