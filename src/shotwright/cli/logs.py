"""The log of a server: plain lines, or a JSON object a line, with the request that it is about."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.settings import Settings

REQUEST = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


class JsonFormatter(logging.Formatter):
    """A JSON object a line: time, level, logger, message; request_id and traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        message = record.getMessage()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "message": message,
        }  # fmt: skip
        if found := REQUEST.search(message):
            line["request_id"] = found[0]
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up(settings: Settings) -> None:
    """Log as the operator wants it."""
    root = logging.getLogger()
    root.setLevel(settings.log_level.upper())
    if settings.log_format == "json":
        for handler in root.handlers:
            handler.setFormatter(JsonFormatter())
