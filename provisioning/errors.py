"""What can go wrong in provisioning, in words."""

from __future__ import annotations


class ProvisioningError(Exception):
    """Something was not done. ``code`` is stable; ``str()`` is ``code: message``, and the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
