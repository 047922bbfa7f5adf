"""What django-allauth asks us about the second step: secrets are kept encrypted, and no mail is sent."""

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext

from people.ciphers import decrypted, encrypted


class MFAAdapter(DefaultMFAAdapter):
    """The secret of the telephone and the seed of the recovery codes are encrypted like telephone numbers."""

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)

    def get_totp_issuer(self) -> str:
        return gettext("Xuecheng")

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Nobody's mail address is kept."""
