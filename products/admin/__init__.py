"""The shop's side of the admin, in Wagtail's own terms. Registered in `products.wagtail_hooks`."""
