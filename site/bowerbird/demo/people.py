"""Who may sign in to a demo shop: one person a role. Development only."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User

# Name before "@bower.example", and the group of staff.
PEOPLE = {
    "shopper": None,
    "editor": "Editors",
    "marketer": "Marketers",
    "fulfilment": "Fulfilment",
    "manager": "Shop managers",
}


def load() -> list[str]:
    """The addresses that may sign in with DEMO_PASSWORD; none where it is not set."""
    if not settings.DEMO_PASSWORD:
        return []
    return [_person(name, group) for name, group in PEOPLE.items()]


def _person(name: str, group: str | None) -> str:
    email = f"{name}@bower.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, settings.DEMO_PASSWORD, first_name=name.title())
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return email
