from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from accounts.models import User

PASSWORD = "a-long-enough-passphrase"


def make_user(email: str = "ada@example.com", *groups: str, **fields: Any) -> User:
    """Somebody whose address is confirmed; in the named groups."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user
