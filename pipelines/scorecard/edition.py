"""What an internal page says of itself; apart from the card, so that pages of shared numbers need know no card."""

from __future__ import annotations

EDITION = "internal"
NOTICE = "restricted: unprotected counts"
