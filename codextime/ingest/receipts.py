"""What receipts say, for the operator's metrics: numbers without whose they are."""

from collections import Counter
from typing import Any

from codextime.lib import metrics

RESULTS = ("added", "replaced", "already_there", "withdrawn", "waiting")


def count_receipt(receipt: dict[str, Any], *, is_new: bool, seconds: float) -> None:
    """A receipt that was given before counts as an upload, and none of its calls."""
    metrics.UPLOADS.add("stored" if is_new else "repeated")
    metrics.RECEIPT_SECONDS.observe(seconds)
    if not is_new:
        return
    for result in RESULTS:
        metrics.CALLS.add(result, receipt[result])
    for reason, number in Counter(refusal["reason"] for refusal in receipt["refused"]).items():
        metrics.CALLS_REFUSED.add(reason, number)
