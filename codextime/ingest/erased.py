"""Calls that their owner had erased: an old tracker still has them, and may send them again."""

from dataclasses import replace
from datetime import datetime

from codextime.ingest.decoding import Refusal, Upload
from codextime.usage.readings import CallReading

REASON = "erased_by_owner"


def refuse_erased(upload: Upload, *, before: datetime | None) -> Upload:
    """The upload with calls of before that instant among the refused ones."""
    if before is None or not any(call.at < before for call in upload.calls):
        return upload
    places = places_of(upload)
    refused = [
        Refusal("calls", place, REASON, "at", call.call_id.hex())
        for place, call in zip(places, upload.calls, strict=True)
        if call.at < before
    ]
    kept: list[CallReading] = [call for call in upload.calls if call.at >= before]
    return replace(upload, calls=kept, refused=[*upload.refused, *refused])


def places_of(upload: Upload) -> list[int]:
    """Where each of the calls stood that were not refused."""
    taken = {refusal.index for refusal in upload.refused if refusal.part == "calls"}
    return [place for place in range(len(upload.calls) + len(taken)) if place not in taken]
