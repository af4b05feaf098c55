"""Whether a receipt can be believed: the cursor moves past calls only if it says what became of each."""

from codextime_tracker.answers import Receipt, Refusal
from codextime_tracker.failures import ServerRefused
from codextime_tracker.uploads import Upload


class ReceiptImpossible(ServerRefused):
    """The receipt says something that cannot be true of what was sent."""


def check_receipt(receipt: Receipt, upload: Upload, *, server: str) -> None:
    """Raises `ReceiptImpossible` unless every row of `upload` is accounted for once, and no other."""
    problem = find_problem(receipt, upload)
    if problem:
        raise ReceiptImpossible(
            f"The receipt of {server} {problem}, so nothing counts as received. "
            "If that stays so, tell who runs the server."
        )


def find_problem(receipt: Receipt, upload: Upload) -> str:
    """Empty if the receipt can be true."""
    if receipt.upload_id != upload.envelope["upload_id"]:
        return "is for another upload"
    rows = {"calls": upload.envelope["calls"], "withdrawals": upload.envelope.get("withdrawals", [])}
    places = {(refusal.part, refusal.index) for refusal in receipt.refused if is_of(refusal, rows)}
    if len(places) < len(receipt.refused):
        return "refuses calls that were not sent"
    refused_calls = sum(part == "calls" for part, _ in places)
    if receipt.added + receipt.replaced + receipt.already_there + refused_calls != len(rows["calls"]):
        return "does not add up to the calls that were sent"
    if receipt.replacements_waiting > receipt.already_there:
        return "has more calls wait than are there"
    # What was withdrawn before, or is not there, is in no count.
    if receipt.withdrawn + receipt.waiting + len(places) - refused_calls > len(rows["withdrawals"]):
        return "takes back more than was asked for"
    return ""


def is_of(refusal: Refusal, rows: dict[str, list[dict[str, str | int]]]) -> bool:
    """Whether the refused row was sent. A row whose id the server could not read is known by its place alone."""
    part = rows.get(refusal.part, [])
    return refusal.index < len(part) and refusal.id in (None, part[refusal.index]["id"])
