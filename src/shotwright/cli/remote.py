"""A small client of a Shotwright server, for the commands that talk to one."""

from __future__ import annotations

import os
import sys
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shotwright.cli.main import DEFAULT_URL
from shotwright.core.errors import (
    BadRequest,
    BudgetExceeded,
    ConfirmationNeeded,
    Forbidden,
    InternalError,
    NotFound,
    RenderFailed,
    SetupError,
    Unauthorized,
)
from shotwright.local import is_address, local_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

POLL_S = 0.25
DOWNLOAD_S = 600.0
"""A film is cut while it is asked for."""
ANY_KEY = "shotwright-cli"
"""What a server without keys is told: it lets programs that send a key do more than those that send none."""
Url = Annotated[str | None, typer.Option("--url", help="The server ($SHOTWRIGHT_URL, else http://127.0.0.1:8000).")]


CONFIRM_HEADER = "X-Shotwright-Confirm-Usd"
Confirm = Annotated[
    float | None,
    typer.Option("--confirm-usd", min=0, help="Agree to a price of up to so many US dollars, where the server asks."),
]


def confirmed(usd: float | None) -> Decimal | None:
    """The price that `--confirm-usd` agrees to."""
    return None if usd is None else Decimal(str(usd))


class Server:
    """A Shotwright server at an address."""

    def __init__(self, url: str | None) -> None:
        import httpx  # slow to import; commands that serve do not need it

        self.url = (url or os.environ.get("SHOTWRIGHT_URL") or DEFAULT_URL).rstrip("/")
        key = os.environ.get("FAL_KEY", "")
        self._http = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Key {key or ANY_KEY}"}, timeout=60, trust_env=False
        )

    def get(self, path: str) -> Any:  # noqa: ANN401  (any JSON)
        """GET JSON."""
        return self._json("GET", path)

    def text(self, path: str) -> str:
        """GET text."""
        return self._answer("GET", path).text

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401  (any JSON)
        """POST JSON."""
        return self._json("POST", path, json=body, headers=headers)

    def patch(self, path: str, body: Any) -> Any:  # noqa: ANN401  (any JSON)
        """PATCH JSON."""
        return self._json("PATCH", path, json=body)

    def put(self, path: str) -> Any:  # noqa: ANN401  (any JSON)
        """PUT nothing."""
        return self._json("PUT", path)

    def upload(self, item: str | Path) -> str:
        """An address for a local path; addresses stay."""
        if is_address(str(item)):
            return str(item)
        path = local_path(str(item))
        token = self.post("/rest/storage/auth/token", {})
        headers = {"Authorization": f"{token['token_type']} {token['token']}", "X-Fal-File-Name": path.name}
        with path.open("rb") as file:
            return str(
                self._json("POST", "/cdn/files/upload", content=iter(lambda: file.read(1 << 20), b""), headers=headers)[
                    "access_url"
                ]
            )

    def wait(self, request_id: str) -> Iterator[dict[str, Any]]:
        """The request, again and again, until it has ended."""
        while True:
            row = self.get(f"/requests/{request_id}")
            yield row
            if row["state"] in {"succeeded", "failed", "cancelled"}:
                return
            time.sleep(POLL_S)

    def download(self, url: str, path: Path) -> None:
        """Save a file of the server."""
        with self._http.stream("GET", url, timeout=DOWNLOAD_S) as response:
            if not response.is_success:
                response.read()
                raise BadRequest(_message(response))
            with path.open("wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)

    def _json(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  (any JSON)
        return self._answer(method, path, **options).json()

    def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401  (options of httpx)
        import httpx  # as above

        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as exc:
            raise SetupError(f"No server answers at {self.url} ({exc}). Start one with `shotwright serve`.") from exc
        if response.is_success:
            return response
        if (price := _asked(response)) is not None:
            raise ConfirmationNeeded(
                price, message=f"This costs up to ${price:.3f}. Agree with --confirm-usd {price:.3f}"
            )
        kinds = {
            400: BadRequest,
            401: Unauthorized,
            402: BudgetExceeded,
            409: BadRequest,
            403: Forbidden,
            404: NotFound,
            422: RenderFailed,
        }
        raise kinds.get(response.status_code, InternalError)(_message(response))


def spend(server: Server, path: str, body: Any, headers: dict[str, str] | None, confirm_usd: Decimal | None) -> Any:  # noqa: ANN401  (any JSON)
    """POST what may cost money: a price that the server wants agreed to is asked for, where somebody can answer.

    Raises:
        ConfirmationNeeded: Nobody agreed.
    """
    agreed = {CONFIRM_HEADER: str(confirm_usd)} if confirm_usd is not None else {}
    try:
        return server.post(path, body, {**(headers or {}), **agreed})
    except ConfirmationNeeded as exc:
        is_asked = sys.stdin.isatty() and sys.stderr.isatty()
        if not is_asked or not typer.confirm(f"This costs up to ${exc.price_usd:.3f}. Run it?", err=True):
            raise
        return server.post(path, body, {**(headers or {}), CONFIRM_HEADER: str(exc.price_usd)})


def _asked(response: httpx.Response) -> Decimal | None:
    """The price that a refusal asks to agree to."""
    try:
        return Decimal(str(response.json()["price_usd"])) if response.status_code == 402 else None
    except (ValueError, ArithmeticError, TypeError, KeyError):
        return None


def _message(response: httpx.Response) -> str:
    try:
        said = response.json()
    except ValueError:
        return f"The server answered {response.status_code}."
    if said.get("status") == "ALREADY_COMPLETED":
        return "The request has already ended."
    detail = said.get("detail", response.text)
    if isinstance(detail, list):
        return "; ".join(f"{'.'.join(str(part) for part in item['loc'][1:])}: {item['msg']}" for item in detail)
    return str(detail)
