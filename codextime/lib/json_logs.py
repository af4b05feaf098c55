"""Log lines for programs: one JSON object each."""

import json
import logging
from datetime import UTC, datetime

from codextime.lib import request_ids


class JsonFormatter(logging.Formatter):
    """`time`, `level`, `logger`, `message`, and where they are known `request_id`, `status` and `error` (a traceback).

    Nothing else of a record: what code attaches to one, such as a whole request, is not written.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str | int] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := request_ids.current.get() or request_ids.of_record(record):
            line["request_id"] = request_id
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["error"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)
