"""Orders and terms of sale in the admin. Registered in `checkout.wagtail_hooks`."""
