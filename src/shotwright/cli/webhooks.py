"""`shotwright webhooks`: receive, look up, deliver again, try an address."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Annotated, Any

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit, err
from shotwright.cli.remote import POLL_S, Server, Url
from shotwright.cli.table import table
from shotwright.clients import WebhookRefused, verify_eachlabs_webhook, verify_fal_webhook
from shotwright.core.errors import SetupError

app = typer.Typer(no_args_is_help=True, help="Receive, look up, deliver again and try webhooks.")
WAIT_S = 60.0
BODY_MAX = 10_000_000
WebhookId = Annotated[str, typer.Argument(help="A webhook's id, or its request's.")]


@app.command("listen")
def listen(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.")] = 9000,
    secret: Annotated[str | None, typer.Option(help="The webhook_secret of EachLabs' wire.")] = None,
    count: Annotated[int | None, typer.Option(help="Leave after so many deliveries.", min=1)] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Receive webhooks on this machine: verify each signature, print the body, answer 200 or 401."""
    server = Server(url)
    receiver = _Receiver(("127.0.0.1", port), server, secret, as_json=as_json)
    try:
        here = f"http://127.0.0.1:{receiver.server_port}/"
        err.print(
            f"Listening for webhooks at {here} (fal: ?fal_webhook={here}, EachLabs: webhook_url). Ctrl-C ends.",
            soft_wrap=True,
        )
        while count is None or receiver.seen < count:
            receiver.handle_request()
    finally:
        receiver.server_close()


class _Receiver(HTTPServer):
    """Takes webhooks one at a time and prints them."""

    def __init__(self, address: tuple[str, int], server: Server, secret: str | None, *, as_json: bool) -> None:
        self.server, self.secret, self.as_json, self.seen = server, secret, as_json, 0
        self._jwks: Any = None
        try:
            super().__init__(address, _Handler)
        except OSError as exc:
            raise SetupError(f"Cannot listen on port {address[1]}: {exc.strerror or exc}. Choose --port.") from exc

    def verdict(self, headers: dict[str, str], body: bytes) -> str | None:
        """Why a delivery is not genuine; None when it is."""
        try:
            if "x-fal-webhook-signature" in headers:
                self._jwks = self._jwks or self.server.get("/.well-known/jwks.json")
                verify_fal_webhook(headers, body, self._jwks)
            elif self.secret is not None:
                verify_eachlabs_webhook(headers, body, self.secret)
        except WebhookRefused as exc:
            return str(exc)
        return None


class _Handler(BaseHTTPRequestHandler):
    server: _Receiver

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(size, BODY_MAX))
        headers = {name.lower(): value for name, value in self.headers.items()}
        problem = self.server.verdict(headers, body)
        is_signed = "x-fal-webhook-signature" in headers or self.server.secret is not None
        self.send_response(401 if problem else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self._print(body, problem or ("signature verified" if is_signed else "not signed"))
        self.server.seen += 1

    def _print(self, body: bytes, verdict: str) -> None:
        try:
            payload = json.loads(body)
        except ValueError:
            payload = body.decode("utf-8", "replace")
        if self.server.as_json:
            sys.stdout.write(json.dumps({"verdict": verdict, "body": payload}, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{verdict}\n{json.dumps(payload, ensure_ascii=False, indent=2)}\n")
        sys.stdout.flush()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002, ANN401  (the name that http.server uses)
        """Nothing: what arrives is printed by `_print`."""


@app.command("log")
def log(
    webhook_id: Annotated[str | None, typer.Argument(help="One webhook, with its attempts.")] = None,
    *,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=500)] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List the newest deliveries, or every attempt of one."""
    server = Server(url)
    if webhook_id is not None:
        _show(server.get(f"/webhooks/{webhook_id}"), as_json=as_json)
        return
    rows = server.get(f"/webhooks?limit={limit}")["webhooks"]
    if as_json:
        emit(rows, as_json=True)
        return
    table(
        ("id", "state", "attempts", "wire", "created", "url"),
        [
            (row["id"], row["state"], str(row["attempts"]), row["wire"], row["created_at"][:19].replace("T", " "), row["url"])
            for row in rows
        ],
        min_width={"id": 36},
    )  # fmt: skip


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(found, as_json=True)
        return
    lines = [f"{found['state']}  {found['url']}"]
    for attempt in found["attempts_made"]:
        answer = attempt["status_code"] or ""
        reason = attempt["error"] or " ".join((attempt["response"] or "").split())[:120]
        lines.append(
            f"  {attempt['number']}. {attempt['at'][:19].replace('T', ' ')}  {answer}  {attempt['duration_ms']} ms  {reason}".rstrip()
        )
    if found["next_at"]:
        lines.append(f"  next attempt at {found['next_at'][:19].replace('T', ' ')} UTC")
    emit(None, as_json=False, text="\n".join(lines))


@app.command("redeliver")
def redeliver(webhook_id: WebhookId, *, url: Url = None, as_json: AsJson = False) -> None:
    """Deliver a webhook once more and wait for the answer. Exit code 5 when the receiver does not take it."""
    server = Server(url)
    before = server.get(f"/webhooks/{webhook_id}")
    server.post(f"/webhooks/{before['id']}/redeliver")
    _finish(server, before["id"], before["attempts"], as_json=as_json)


@app.command("test")
def try_address(
    target: Annotated[str, typer.Argument(help="The address to try.")],
    *,
    wire: Annotated[str, typer.Option(help="fal or eachlabs.")] = "fal",
    secret: Annotated[str | None, typer.Option(help="A webhook_secret (EachLabs).")] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Send a signed sample to an address and show the answer. Exit code 5 when the receiver does not take it."""
    server = Server(url)
    made = server.post("/webhooks/test", {"url": target, "wire": wire, "secret": secret})
    _finish(server, made["id"], 0, as_json=as_json)


def _finish(server: Server, webhook_id: str, attempts: int, *, as_json: bool) -> None:
    """Wait for one more attempt and show it."""
    deadline = time.monotonic() + WAIT_S
    while (found := server.get(f"/webhooks/{webhook_id}"))["attempts"] <= attempts and time.monotonic() < deadline:
        time.sleep(POLL_S)
    _show(found, as_json=as_json)
    if found["state"] != "delivered":
        raise typer.Exit(5)
