"""`shotwright clients`: how to point existing code here, with this server's address filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import DEFAULT_URL, emit
from shotwright.settings import Settings

RECIPES = {
    "python, plain http (one line)": """\
import fal_client, shotwright
shotwright.patch_fal_client("{url}")
""",
    "python, environment only (start the server with: shotwright serve --tls)": """\
export FAL_KEY=any
export FAL_RUN_HOST=localhost:{port} FAL_QUEUE_RUN_HOST=localhost:{port}/queue
export SSL_CERT_FILE={bundle}
""",
    "javascript, requestMiddleware": """\
import {{ fal }} from "@fal-ai/client";
const here = "{url}";
fal.config({{
  credentials: "any",
  requestMiddleware: async (request) => ({{
    ...request,
    url: request.url
      .replace("https://queue.fal.run", here + "/queue")
      .replace("https://fal.run", here)
      .replace(/^https:\\/\\/rest(\\.alpha)?\\.fal\\.ai/, here + "/rest"),
  }}),
}});
""",
    "javascript, proxyUrl": """\
import {{ fal }} from "@fal-ai/client";
fal.config({{ credentials: "any", proxyUrl: {{ url: "{url}/api/fal/proxy", when: "always" }} }});
""",
    "curl": """\
curl {url}/fal-ai/kling-video/o1/standard/reference-to-video \\
  --header "Authorization: Key any" --header "Content-Type: application/json" \\
  --data '{{"prompt": "A drone shot flying over a tropical island at golden hour"}}'
""",
    "EachLabs, any language: change the base address": """\
curl {url}/v1/prediction --header "X-API-Key: any" --header "Content-Type: application/json" \\
  --data '{{"model": "kling-o1-reference-image-to-video", "input": {{"prompt": "A drone shot flying over a tropical island"}}}}'
""",
}


def clients(
    *,
    url: Annotated[str, typer.Option(help="The server's address.")] = DEFAULT_URL,
    data: Annotated[Path | None, typer.Option(help="The server's data folder (for the certificate).")] = None,
    as_json: AsJson = False,
) -> None:
    """Print how to point each client at this server."""
    from shotwright.tls import certificate_files  # needs cryptography

    bundle = certificate_files(data or Settings().data).bundle
    port = url.rsplit(":", 1)[-1].strip("/")
    filled = {name: text.format(url=url.rstrip("/"), port=port, bundle=bundle) for name, text in RECIPES.items()}
    text = "\n".join(f"# {name}\n{code}" for name, code in filled.items())
    emit(filled, as_json=as_json, text=text.rstrip())
