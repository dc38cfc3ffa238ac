from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "checkout"

    def ready(self) -> None:
        from checkout import expiring  # noqa: F401
        from checkout.letters import LETTERS
        from checkout.models.history import HISTORY_IS_KEPT
        from checkout.models.notes import NOTES_STAY
        from content import letters
        from products import guards

        letters.register(LETTERS)
        guards.keep_up(self, [*HISTORY_IS_KEPT, *NOTES_STAY])
