"""When this box's own certificate ends."""

from __future__ import annotations

import logging
from pathlib import Path

from cryptography import x509

log = logging.getLogger(__name__)


def certificate_ends(path: Path | None) -> int:
    """The wall time in ms; 0 without a certificate, or if it cannot be read (the link then says why it is broken)."""
    if path is None:
        return 0
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        log.warning("the certificate %s cannot be read: %s", path, error)
        return 0
    return int(ends.timestamp() * 1000)
