"""Which calls belong to one session: sent only if the owner wants it here, and the account keeps it on the server.

The switch of this machine is the owner's word, by server and user. What a destination was told is its grouping: the
instant since when the server keeps threads, under which it was sent them. If that changes, all goes again: the cursor
moves back in the transaction that notes the new grouping, and from there every upload is an ordinary one.
"""

from collections.abc import Callable
from pathlib import Path

from codextime_tracker.destinations import Destination
from codextime_tracker.index import Index
from codextime_tracker.session_switches import find_switch, set_switch

TAKEN_BACK = ""  # the grouping of a destination while its threads are taken back
QUESTION = "Group your calls by session? Each carries two hashes then: of its session and of what started it. No text."
STAYS_OFF = "Sessions stay ungrouped here, as you said. To change that: codextime-tracker sessions on"
OFF_THERE = "No sessions were sent: the account does not group calls by session. To switch that on: {}/settings"


def is_wanted(index: Index, path: Path, server: str, user_id: str, *, ask: Callable[[str], bool] | None) -> bool:
    """What the owner said on this machine. Who never said anything is asked, once, if anybody can be.
    `path`: the file of switches."""
    said = find_switch(index, server, user_id)
    if said is None and ask is not None:
        said = ask(QUESTION)
        set_switch(index, path, server, user_id, is_on=said)
    return bool(said)


class Grouping:
    """Of all that this machine sent, or may send, to one user of a server."""

    def __init__(self, index: Index, server: str, user_id: str) -> None:
        self.index = index
        self.server, self.user_id = server, user_id
        known = [Destination(*each.split(" ")) for each in index.destinations()]
        self.destinations = [each for each in known if (each.server, each.user_id) == (server, user_id)]

    @property
    def is_on(self) -> bool:
        return bool(find_switch(self.index, self.server, self.user_id))

    def allow(self, path: Path) -> None:
        """Switches on, unless the owner switched off here. `path`: the file of switches."""
        if find_switch(self.index, self.server, self.user_id) is None:
            set_switch(self.index, path, self.server, self.user_id, is_on=True)
        elif not self.is_on:
            self.index.notices.append(STAYS_OFF)

    def must_ask(self, has_news: Callable[[Destination], bool]) -> bool:
        """Whether the server has to be asked: not by a run that sends nothing, once it was sent everything."""
        return any(not self.find(each) or has_news(each) for each in self.destinations)

    def find(self, destination: Destination) -> str | None:
        return self.index.find_grouping(str(destination))

    def follow(self, since: str | None) -> list[Destination]:
        """Who is sent everything anew, as the server groups calls `since` then; `None`: it does not, and has deleted
        what it was sent."""
        if since is None:
            self.index.notices.append(OFF_THERE.format(self.server))
            for each in self.destinations:
                self.index.forget_grouping(str(each))
            return []
        return self.regroup([each for each in self.destinations if self.find(each) != since], since)

    def take_back(self) -> list[Destination]:
        """Whose threads are taken back."""
        return self.regroup([each for each in self.destinations if self.find(each)], TAKEN_BACK)

    def regroup(self, destinations: list[Destination], since: str) -> list[Destination]:
        for each in destinations:
            self.index.regroup(str(each), since)
        return destinations
