"""Points the official `fal_client` package at a Shotwright server over plain http.

`fal_client` 1.x builds its URLs from module globals that it reads at call time; no environment variable reaches
the upload hosts or the scheme. Setting the globals is the one line that redirects everything, uploads included.
Knows nothing about the server itself. Source: fal-wire 1.3-B.
"""

from __future__ import annotations

import importlib


def patch_fal_client(base_url: str) -> None:
    """Send every call of the installed `fal_client` to a Shotwright server.

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
