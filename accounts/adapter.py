from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.validators import MaxLengthValidator

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        """Refuse in the form what the database could not store."""
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        return str(super().clean_email(email))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """With links to the shop's own address, whatever host the request named."""
        host = urlsplit(settings.BASE_URL).netloc
        ours = {
            name: _at_our_address(value) if name.endswith("_url") else value
            for name, value in context.items()
        }
        super().send_mail(
            template_prefix, email, ours | {"current_site": {"name": host, "domain": host}}
        )


def _at_our_address(url: str) -> str:
    parts = urlsplit(url)
    return settings.BASE_URL + parts._replace(scheme="", netloc="").geturl()
