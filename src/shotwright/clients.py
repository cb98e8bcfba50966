"""For programs that use a Shotwright server: point the official `fal_client` here, verify the webhooks that arrive.

`fal_client` 1.x builds its URLs from module globals that it reads at call time; no environment variable reaches
the upload hosts or the scheme. Setting the globals is the one line that redirects everything, uploads included.
Knows nothing about the server itself. Source: fal-wire 1.3-B.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLERANCE_S = 300


def patch_fal_client(base_url: str) -> None:
    """Send every call of the installed `fal_client` to a Shotwright server.

    The client refuses to start without a key. Where the environment has none, `FAL_KEY` becomes "any", which a server without
    keys takes; one with keys answers 401.

    Args:
        base_url: The server's address, such as `http://127.0.0.1:8000`.

    Raises:
        ModuleNotFoundError: `fal-client` is not installed.
    """
    base = base_url.rstrip("/") + "/"
    client = importlib.import_module("fal_client.client")
    urls = {
        "RUN_URL_FORMAT": base,
        "QUEUE_URL_FORMAT": base + "queue/",
        "REST_URL": base + "rest",
        "CDN_URL": base + "cdn",
        "REALTIME_URL_FORMAT": base.replace("http", "ws", 1),
    }
    for name, url in urls.items():
        setattr(client, name, url)
    if not {"FAL_KEY", "FAL_KEY_ID"} & os.environ.keys():
        os.environ["FAL_KEY"] = "any"


class WebhookRefused(Exception):
    """A webhook that was not sent by the server it claims to come from; the text says why."""


def verify_fal_webhook(headers: Mapping[str, str], body: bytes, jwks: Mapping[str, Any]) -> None:
    """Check the Ed25519 signature of a fal webhook.

    Args:
        headers: The request's headers, names in lower case.
        body: The raw bytes as they arrived.
        jwks: The server's `/.well-known/jwks.json`; keep it for a day at most.

    Raises:
        WebhookRefused: A header is missing, the time is off by more than five minutes, or no key fits.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    names = ("request-id", "user-id", "timestamp", "signature")
    request_id, user_id, timestamp, signature = (headers.get(f"x-fal-webhook-{name}", "") for name in names)
    _check_time(timestamp)
    text = "\n".join((request_id, user_id, timestamp, hashlib.sha256(body).hexdigest())).encode()
    for key in jwks["keys"]:
        try:
            raw = base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4))
            Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(signature), text)
        except (InvalidSignature, ValueError):
            continue
        return
    raise WebhookRefused("The signature does not fit any of the server's keys.")


def verify_eachlabs_webhook(headers: Mapping[str, str], body: bytes, secret: str) -> None:
    """Check the HMAC signature of an EachLabs webhook.

    Args:
        headers: The request's headers, names in lower case.
        body: The raw bytes as they arrived.
        secret: The `webhook_secret` of the prediction.

    Raises:
        WebhookRefused: A header is missing, the time is off by more than five minutes, or the signature does not fit.
    """
    timestamp = headers.get("x-webhook-timestamp", "")
    _check_time(timestamp)
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"sha256={digest}", headers.get("x-webhook-signature", "")):
        raise WebhookRefused("The signature does not fit the secret.")


def _check_time(timestamp: str) -> None:
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_S:
        raise WebhookRefused("The timestamp is missing, or more than five minutes away.")
