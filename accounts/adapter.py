from allauth.account.adapter import DefaultAccountAdapter
from django.core.validators import MaxLengthValidator

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        """Refuse in the form what the database could not store."""
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        return str(super().clean_email(email))
