"""Requests and events as our own clients and pages see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shotwright.api.answers import error_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shotwright.engines.spec import EngineInfo
    from shotwright.jobs.rows import Event, StoredRequest

JSON = dict[str, Any]


def shown(row: StoredRequest, base: str, engines: Mapping[str, EngineInfo]) -> JSON:
    """A request: `base` is the origin of its addresses."""
    result = row.result or {}
    return {
        "id": str(row.id), "endpoint_id": row.endpoint_id, "engine": row.engine, "is_draft": is_draft(row, engines), "state": row.state, "attempt": row.attempt,
        "stage": row.stage, "progress": row.progress, "created_at": row.created_at.isoformat(),
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "arguments": row.arguments, "error": error_of(row), "metrics": row.metrics,
        "cost_usd": float(row.cost_usd), "wire": row.wire, "seed": row.options.get("seed"),
        "used_seed": str(result["seed"]) if result.get("seed") is not None else None,
        "promoted_from": row.options.get("promoted_from"), "cancel_requested": row.cancel_requested,
        "video": {name: result[name] for name in ("width", "height", "fps", "frames", "file_size") if name in result} or None,
        "video_url": f"{base}/files/{result['file_id']}/{result['file_name']}" if "file_id" in result else None,
        "camera_url": f"{base}/files/{result['camera_file_id']}/camera.json" if "camera_file_id" in result else None,
        "trajectory_url": f"{base}/files/{result['trajectory_file_id']}/camera.txt" if "trajectory_file_id" in result else None,
        "passes": {name: f"{base}/files/{file_id}/{name}" for name, file_id in result.get("pass_file_ids", {}).items()},
    }  # fmt: skip


def is_draft(row: StoredRequest, engines: Mapping[str, EngineInfo]) -> bool:
    """Whether the clip is a draft: by its engine, or because a paid one had no recording of it."""
    return bool(row.metrics.get("drafted")) or (row.engine in engines and engines[row.engine].is_draft)


def shown_event(event: Event, base: str) -> JSON:
    """A line of a request's history; a preview comes with the address of its picture."""
    data = event.data
    if event.kind == "preview" and data:
        data = {"url": f"{base}/files/{data['file_id']}/preview.jpg"}
    return {
        "id": event.id, "at": event.at.isoformat(), "kind": event.kind, "level": event.level, "message": event.message,
        "data": data,
    }  # fmt: skip
