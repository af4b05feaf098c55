"""People on the leaderboard, and the board as anybody reads it."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.test import Client

from codextime.accounts.models import User
from codextime.boards.services import join_board
from codextime.boards.snapshots import take_snapshot
from codextime.usage.readings import CallReading
from tests.usage.burning import burn

ROW = re.compile(
    r'<td class="number[^"]*">(?P<rank>[^<]*)</td>\s*<th scope="row">(?P<handle>[^<]*?)\s*(?:<span.*?</span>)?</th>'
    r'.*?<td class="number" title="(?P<exact>[^"]*)">',
    re.DOTALL,
)


def make_listed(user: User, handle: str, calls: Sequence[CallReading], *, now: datetime) -> None:
    """Puts the user on the board with these calls, and takes a snapshot."""
    join_board(user=user, handle=handle, now=now)
    burn(user, *calls)
    take_snapshot(now=now)


def board_of(client: Client, address: str = "/leaderboard") -> list[tuple[str, str, str]]:
    """(rank, handle, exact value) of each row of the page."""
    answer = client.get(address)
    assert answer.status_code == 200
    return [(row["rank"], row["handle"], row["exact"].replace("\u00a0", " ")) for row in ROW.finditer(answer.text)]
