"""What a client did wrong is one line in the log: the traceback would show our code, which is right."""

import logging


class RefusalFilter(logging.Filter):
    """Takes the traceback out of records about a 4xx; Django marks them with its status code."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
