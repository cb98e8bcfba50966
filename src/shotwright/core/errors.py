"""Every error a user can meet, in one tree.

    ShotwrightError
    ├── ModelError                     the request cannot be rendered; `detail` is a list of fields (HTTP 422)
    │   ├── InputErrors                several of the leaves below at once
    │   ├── SchemaError                the body does not fit the endpoint's schema
    │   ├── FileDownloadError          FileTooLarge
    │   ├── ImageLoadError             ImageTooSmall    ImageTooLarge    ImageAspectRatio   UnsupportedImageFormat
    │   ├── VideoLoadError             VideoTooSmall    VideoTooLarge    VideoFrameRate     UnsupportedVideoFormat
    │   │                              VideoTooShort    VideoTooLong
    │   ├── TooManyReferences          FeatureNotSupported
    │   ├── NoMediaGenerated           DeviceOutOfMemory   UpstreamRejected  DownstreamError  DownstreamUnavailable  DownstreamUnknown
    │   └── RenderFailed (500)         GenerationTimeout (504)
    ├── RequestError                   the machinery, not the model; `detail` is a sentence
    │   ├── StartTimeout (504)         ClientCancelled (499)   WorkerCrashed (503)   StorageFull (503)
    │   ├── ServerUnavailable (503)    StorageUnavailable (503)   AlreadyUploaded (409)
    │   ├── BadRequest (400)           InternalError (500)
    │   └── IdempotencyMismatch (422)
    ├── QuotaError                     a bound of this key; nothing was stored and nothing is charged
    │   └── RateLimited (429)          TooManyInFlight (429)   TooManyUploads (429)  BudgetExceeded (402)  ConfirmationNeeded (402)
    ├── AccessError                    Unauthorized (401)   Forbidden (403)   NotFound, UnknownEndpoint (404)   Gone (410)
    │                                  PayloadTooLarge (413)   RangeNotSatisfiable (416)   MethodNotAllowed (405)
    │                                  UnsupportedEncoding (415)
    └── SetupError                     the operator has to change something before the server can start

A class's docstring is the message a user sees when nothing more precise is known; `type` is the name fal documents.
Only `api/` turns these into bodies. Source: fal-wire 5.1 and 5.2.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from decimal import Decimal

JSON = dict[str, Any]
Loc = tuple[str | int, ...]


class ShotwrightError(Exception):
    """Something went wrong in Shotwright."""

    type: ClassVar[str] = "internal_server_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    billable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str | None = None, *, loc: Loc = ("body",), ctx: JSON | None = None) -> None:
        self.message = message or inspect.cleandoc(self.__doc__ or "").split("\n\n")[0].replace("\n", " ")
        self.loc = loc
        self.ctx = ctx or {}
        super().__init__(self.message)

    @classmethod
    def code(cls) -> str:
        """Stable snake_case name of the class, for logs and `--json`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def items(self) -> list[JSON]:
        """The error as a list of located items, one for each field that is wrong."""
        item: JSON = {"loc": list(self.loc), "msg": self.message, "type": self.type}
        return [item | {"ctx": self.ctx}] if self.ctx else [item]

    def to_json(self) -> JSON:
        """A neutral record of the error, kept in the database and projected by each wire."""
        return {
            "code": self.code(),
            "type": self.type,
            "status": self.status,
            "message": self.message,
            "retryable": self.retryable,
            "is_model_error": isinstance(self, ModelError),
            "items": self.items(),
        }


class ModelError(ShotwrightError):
    """The input could not be used."""

    type = "value_error"
    status = 422
    exit_code = 3


class InputErrors(ModelError):
    """Several inputs could not be used."""

    def __init__(self, errors: list[ModelError]) -> None:
        self.errors = errors
        super().__init__("; ".join(error.message for error in errors))

    def items(self) -> list[JSON]:
        """All items of all errors, in order."""
        return [item for error in self.errors for item in error.items()]


class SchemaError(ModelError):
    """The request body does not fit the schema of this endpoint."""

    def __init__(self, items: list[JSON]) -> None:
        self._items = items
        where = [".".join(str(part) for part in item["loc"][1:]) or "body" for item in items]
        super().__init__("; ".join(f"{name}: {item['msg']}" for name, item in zip(where, items, strict=True)))

    def items(self) -> list[JSON]:
        """The validator's own items: `loc`, `msg`, `type`, `input`, `ctx`."""
        return self._items


class FileDownloadError(ModelError):
    """The file could not be downloaded. Check that the URL is public and answers without signing in."""

    type = "file_download_error"


class FileTooLarge(ModelError):
    """The file is larger than this field allows."""

    type = "file_too_large"


class ImageLoadError(ModelError):
    """The image could not be read. It may be damaged; export it again as PNG or JPEG."""

    type = "image_load_error"


class ImageTooSmall(ModelError):
    """The image is smaller than this field allows."""

    type = "image_too_small"


class ImageTooLarge(ModelError):
    """The image is larger than this field allows."""

    type = "image_too_large"


class ImageAspectRatio(ModelError):
    """The image is too wide or too tall. Crop it to a ratio between 0.40 and 2.50."""


class UnsupportedImageFormat(ModelError):
    """The image format is not supported. Supported formats are JPG, PNG, WebP, GIF and AVIF."""

    type = "unsupported_image_format"


class VideoLoadError(ModelError):
    """The video could not be read. It may be damaged; export it again as H.264 in an MP4."""


class VideoTooSmall(ModelError):
    """The video has fewer pixels than this field allows."""

    type = "image_too_small"


class VideoTooLarge(ModelError):
    """The video has more pixels than this field allows."""

    type = "image_too_large"


class VideoFrameRate(ModelError):
    """The video's frame rate is outside the range that this field allows."""


class UnsupportedVideoFormat(ModelError):
    """Unsupported video format. Supported formats are .mp4, .mov."""

    type = "unsupported_video_format"


class VideoTooShort(ModelError):
    """The video is too short."""

    type = "video_duration_too_short"


class VideoTooLong(ModelError):
    """The video is too long."""

    type = "video_duration_too_long"


class TooManyReferences(ModelError):
    """There are too many elements and reference images."""

    type = "sequence_too_long"


class FeatureNotSupported(ModelError):
    """The selected engine cannot do this."""

    type = "feature_not_supported"


class NoMediaGenerated(ModelError):
    """The engine finished without a picture."""

    type = "no_media_generated"


class RenderFailed(ModelError):
    """Internal server error"""

    type = "internal_server_error"
    status = 500
    exit_code = 5


class GenerationTimeout(ModelError):
    """Generation timeout"""

    type = "generation_timeout"
    status = 504
    retryable = True
    exit_code = 5


class DeviceOutOfMemory(ModelError):
    """The GPU has too little memory for this request. Ask for fewer seconds, fewer references or a smaller tier."""

    type = "internal_server_error"
    status = 500


class UpstreamRejected(ModelError):
    """The paid service refused the input; its own words follow."""

    type = "content_policy_violation"

    def __init__(self, items: list[JSON] | None = None) -> None:
        kept = {"loc", "msg", "type", "ctx"}
        self._items: list[JSON] = [
            {name: value for name, value in item.items() if name in kept} for item in items or ()
        ]
        super().__init__("; ".join(str(item.get("msg", "")) for item in self._items) or None)

    def items(self) -> list[JSON]:
        """The items as the service sent them."""
        return self._items or super().items()


class DownstreamError(ModelError):
    """The service that renders this request refused it. The server's log says more."""

    type = "downstream_service_error"
    status = 400


class DownstreamUnavailable(ModelError):
    """The service that renders this request cannot be reached at the moment. Nothing was charged; try again later."""

    type = "downstream_service_unavailable"
    status = 500
    retryable = True


class DownstreamUnknown(ModelError):
    """The connection to the paid service broke after the request was sent, so it may have been accepted. It is not sent twice."""

    type = "downstream_service_error"
    status = 500


class RequestError(ShotwrightError):
    """The request could not be carried out."""

    type = "internal_error"
    exit_code = 5


class StartTimeout(RequestError):
    """Request timed out"""

    type = "request_timeout"
    status = 504


class ClientCancelled(RequestError):
    """Request cancelled by the client."""

    type = "client_cancelled"
    status = 499
    exit_code = 6


class WorkerCrashed(RequestError):
    """Runner disconnected: the worker died while rendering this request, in its last attempt."""

    type = "runner_disconnected"
    status = 503


class StorageFull(RequestError):
    """The server's disk is full. Free some space and submit the request again."""

    type = "internal_error"
    status = 503
    retryable = True


class StorageUnavailable(RequestError):
    """The server cannot reach its file storage at the moment. Nothing was lost; try again in a few seconds."""

    type = "internal_error"
    status = 503
    retryable = True


class AlreadyUploaded(RequestError):
    """Something else was uploaded under this address already, and files are never changed. Ask for a new upload address."""

    type = "bad_request"
    status = 409
    exit_code = 2


class ServerUnavailable(RequestError):
    """The server cannot reach its database at the moment. Nothing was lost; try again in a few seconds."""

    type = "internal_error"
    status = 503
    retryable = True


class BadRequest(RequestError):
    """The request is malformed."""

    type = "bad_request"
    status = 400
    exit_code = 2


class InternalError(RequestError):
    """Internal server error"""

    type = "internal_error"


class IdempotencyMismatch(RequestError):
    """This Idempotency-Key was already used with another request. Use a new key for a new request."""

    type = "idempotency_key_reused"
    status = 422
    exit_code = 2


class QuotaError(ShotwrightError):
    """A bound of this key is reached."""

    type = "rate_limited"
    status = 429
    retryable = True
    exit_code = 7

    def __init__(self, message: str | None = None, *, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class RateLimited(QuotaError):
    """Too many requests were created with this key in the last minute."""


class TooManyInFlight(QuotaError):
    """Too many requests of this key are unfinished. Wait until one has ended."""

    type = "concurrent_requests_limit"


class TooManyUploads(QuotaError):
    """Too many uploads of this key are unfinished. Complete some, or wait a day."""

    type = "concurrent_requests_limit"


class BudgetExceeded(QuotaError):
    """This key's budget for today is spent. It starts anew at midnight UTC."""

    type = "budget_exceeded"
    status = 402
    retryable = False


class AccessError(ShotwrightError):
    """Access is refused."""

    status = 403
    exit_code = 4


class ConfirmationNeeded(QuotaError):
    """This request costs more than the operator lets pass unasked. Repeat it with the header X-Shotwright-Confirm-Usd."""

    type = "confirmation_needed"
    status = 402

    def __init__(
        self, price_usd: Decimal | None = None, above_usd: Decimal | None = None, message: str | None = None
    ) -> None:
        self.price_usd = price_usd
        if price_usd is None:
            super().__init__(message)
            return
        asked = "" if above_usd is None else f", more than the ${above_usd:.3f} that pass unasked"
        super().__init__(
            message
            or f"This request costs up to ${price_usd:.3f}{asked}. Agree to it with the header X-Shotwright-Confirm-Usd: {price_usd:.3f}"
        )

    def to_json(self) -> JSON:
        """The record, with the price."""
        return super().to_json() | ({} if self.price_usd is None else {"price_usd": float(self.price_usd)})


class Unauthorized(AccessError):
    """Authentication is required to access this application. Send `Authorization: Key <your key>`."""

    type = "authorization_error"
    status = 401


class Forbidden(AccessError):
    """You may not read this file."""

    type = "forbidden"


class NotFound(AccessError):
    """Not found."""

    type = "not_found"
    status = 404


class UnknownEndpoint(NotFound):
    """This server has no endpoint of this name."""


class Gone(AccessError):
    """The file has expired."""

    type = "gone"
    status = 410


class PayloadTooLarge(AccessError):
    """The request body is too large."""

    type = "payload_too_large"
    status = 413


class UnsupportedEncoding(AccessError):
    """The body is encoded in a way that this server does not read."""

    type = "unsupported_encoding"
    status = 415


class MethodNotAllowed(AccessError):
    """This path exists, but not for this method."""

    type = "method_not_allowed"
    status = 405


class RangeNotSatisfiable(AccessError):
    """The requested range lies outside the file."""

    type = "range_not_satisfiable"
    status = 416


class SetupError(ShotwrightError):
    """The server is not set up correctly."""

    exit_code = 2


def every_error(root: type[ShotwrightError] = ShotwrightError) -> list[type[ShotwrightError]]:
    """The tree as a list, each class before its own kinds."""
    return [
        root,
        *(found for kind in root.__subclasses__() if kind.__module__ == __name__ for found in every_error(kind)),
    ]


TYPES = frozenset(kind.type for kind in every_error())
"""All types on the wire that are ours; a `SchemaError` also passes on the validator's own."""
