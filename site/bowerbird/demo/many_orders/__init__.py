"""As many past orders as somebody asks for: to see how the shop does with a million of them."""
