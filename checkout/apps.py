from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "checkout"

    def ready(self) -> None:
        from checkout.letters import LETTERS
        from content import letters

        letters.register(LETTERS)
