"""EachLabs' webhooks: payload, HMAC signature, the older plain secret. Source: seed 004, eachlabs-wire a.4."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from shotwright.api.answers import error_of
from shotwright.api.eachlabs import bodies
from shotwright.jobs.states import State
from shotwright.jobs.webhooks import WebhookDialect

if TYPE_CHECKING:
    from shotwright.jobs.outbox import Delivery
    from shotwright.jobs.rows import StoredRequest

TIMEOUT_S = 30.0
PAUSES_S = (10.0, 10.0)


def payload(row: StoredRequest, origin: str) -> bodies.JSON:
    """What is posted when a prediction has ended; a failure's text stands where either document looks for it."""
    head: bodies.JSON = {"exec_id": str(row.id), "flow_id": None}
    if row.state == State.SUCCEEDED:
        return {**head, "status": "succeeded", "output": bodies.output(row, origin), "error": ""}
    text = (error_of(row) or {}).get("message", "")
    failed = {"id": str(row.id), "status": "failed", "output": "", "error": f"Error: {text}"}
    return {**head, "status": "failed", "output": [failed], "error": text}


def sign(delivery: Delivery, body: bytes, signed_at: int) -> dict[str, str]:
    """HMAC-SHA256 over "<timestamp>.<body>"; nothing without a secret."""
    if not delivery.secret:
        return {}
    digest = hmac.new(delivery.secret.encode(), f"{signed_at}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Webhook-Signature": f"sha256={digest}", "X-Webhook-Timestamp": str(signed_at),
        "X-Webhook-Secret": delivery.secret,
    }  # fmt: skip


DIALECT = WebhookDialect(TIMEOUT_S, PAUSES_S, payload, sign, signs_once=True)
