"""What users of huggingface_hub do with the provider fal-ai and a key of fal's, each under a name of its own.

The package's HTTP client is set by its public `set_client_factory`: it sends fal's addresses here, and says which host was meant.
"""

from __future__ import annotations

import base64
import json

import httpx2
import huggingface_hub
from common import ENDPOINT, FRAMES, HERE, KEY, LONG, SHOT, WRONG, picture, refused, scenario
from huggingface_hub import InferenceClient, set_client_factory
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import InferenceProviderMapping
from huggingface_hub.inference._providers._common import HARDCODED_MODEL_INFERENCE_MAPPING


class Here(httpx2.HTTPTransport):
    """Sends what is for fal to HERE; there is nobody else."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if not request.url.host.endswith("fal.run"):
            raise httpx2.ConnectError(request.url.host)
        request.headers["x-forwarded-host"] = request.url.host
        request.headers["x-forwarded-proto"] = "https"
        here = httpx2.URL(HERE)
        request.url = request.url.copy_with(scheme=here.scheme, host=here.host, port=here.port)
        return super().handle_request(request)


def known(model: str, task: str, endpoint: str) -> None:
    """The package asks huggingface.co which endpoint a model is; it has a table for models that are not there."""
    mapping = InferenceProviderMapping(
        provider="fal-ai", hf_model_id=model, providerId=endpoint, status="live", task=task
    )
    HARDCODED_MODEL_INFERENCE_MAPPING["fal-ai"][model] = mapping


def text_to_video() -> None:
    video = InferenceClient(provider="fal-ai", api_key=KEY).text_to_video(
        LONG["prompt"], model="kling/words", seed=7, extra_body={"duration": "10"}
    )
    assert b"ftyp" in video[:16]


def image_to_video() -> None:
    """The package calls a picture `image_url`; this model wants another name, which goes as it is."""
    client = InferenceClient(provider="fal-ai", api_key=KEY)
    address = "data:image/png;base64," + base64.b64encode(picture()).decode()
    video = client.image_to_video(picture(), model="kling/frames", **SHOT, start_image_url=address)
    assert b"ftyp" in video[:16]


def a_key_that_is_wrong() -> None:
    client = InferenceClient(provider="fal-ai", api_key=WRONG)
    refused(lambda: client.text_to_video("Hold still", model="kling/words"), 401, HfHubHTTPError)


def a_request_that_is_wrong() -> None:
    """The package does not look at the status code of the result."""
    client = InferenceClient(provider="fal-ai", api_key=KEY)
    try:
        client.text_to_video("x", model="kling/words", extra_body={"duration": "99"})
    except KeyError:
        return
    raise AssertionError("not refused")


SCENARIOS = [text_to_video, image_to_video, a_request_that_is_wrong, a_key_that_is_wrong]

if __name__ == "__main__":
    set_client_factory(lambda: httpx2.Client(transport=Here(), follow_redirects=True, timeout=None))
    known("kling/words", "text-to-video", ENDPOINT)
    known("kling/frames", "image-to-video", FRAMES)
    for do in SCENARIOS:
        scenario(do.__name__)
        do()
    print(json.dumps({"huggingface_hub": huggingface_hub.__version__}))
