"""fal's webhooks: payload, Ed25519 signature, the set of public keys. Source: fal-wire section 4."""

from __future__ import annotations

import base64
import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from shotwright.api.answers import error_of, json_response
from shotwright.api.call import Call, public
from shotwright.api.fal import bodies
from shotwright.jobs.webhooks import WebhookDialect

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from starlette.responses import Response

    from shotwright.jobs.outbox import Delivery
    from shotwright.jobs.rows import StoredRequest

TIMEOUT_S = 15.0
PAUSES_S = tuple(7.0 * 2**i for i in range(10))
"""Ten more attempts after the first, within two hours."""


def payload(row: StoredRequest, origin: str) -> bodies.JSON:
    """What is posted when a request has ended."""
    head: bodies.JSON = {"request_id": str(row.id), "gateway_request_id": str(row.id)}
    error = error_of(row)
    if error is None:
        return {**head, "status": "OK", "payload": bodies.output(row, origin)}
    said = f"Invalid status code: {error['status']}" if error["is_model_error"] else error["message"]
    return {**head, "status": "ERROR", "error": said, "payload": bodies.error_body(error, origin)}


class Signer:
    """Signs for this server; the key is kept in the database, so that all its processes sign alike."""

    def __init__(self, seed_hex: str) -> None:
        self._seed = bytes.fromhex(seed_hex)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # slow to import

        return Ed25519PrivateKey.from_private_bytes(self._seed)

    def sign(self, delivery: Delivery, body: bytes, signed_at: int) -> dict[str, str]:
        """The four headers: hex Ed25519 over request id, user id, unix seconds and the body's SHA-256, a line each."""
        request_id, user = str(delivery.request_id or delivery.id), delivery.owner or "anonymous"
        text = "\n".join((request_id, user, str(signed_at), hashlib.sha256(body).hexdigest()))
        return {
            "X-Fal-Webhook-Request-Id": request_id, "X-Fal-Webhook-User-Id": user,
            "X-Fal-Webhook-Timestamp": str(signed_at), "X-Fal-Webhook-Signature": self._key.sign(text.encode()).hex(),
        }  # fmt: skip

    def jwks(self) -> bodies.JSON:
        """The public key as RFC 8037 writes it: base64url without padding."""
        raw = self._key.public_key().public_bytes_raw()
        x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        kid = hashlib.sha256(raw).hexdigest()[:16]
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x}]}


def dialect(seed_hex: str) -> WebhookDialect:
    """fal's way of delivering."""
    return WebhookDialect(TIMEOUT_S, PAUSES_S, payload, Signer(seed_hex).sign)


@public
async def jwks(call: Call) -> Response:
    """GET /.well-known/jwks.json."""
    headers = {"cache-control": "public, max-age=86400"}
    return json_response(Signer(call.node.webhook_seed).jwks(), 200, headers)
