"""The two pages of threads."""

import datetime

from codextime.accounts.models import User
from codextime.dashboard.threads.listing import ThreadList, build_list
from codextime.dashboard.threads.page import ThreadPage, build_page
from codextime.dashboard.threads.query import ThreadsQuery
from codextime.dashboard.threads.reading import read_list
from codextime.dashboard.threads.reading_one import read_thread
from codextime.usage.models import Thread


def get_threads(*, user: User, query: ThreadsQuery, now: datetime.datetime) -> ThreadList:
    """A page of the user's threads, with days in the user's time zone."""
    return build_list(read_list(user=user, query=query, now=now))


def get_thread(*, thread: Thread) -> ThreadPage:
    """A thread of the user that it belongs to, and where it stands among the others."""
    return build_page(read_thread(user=thread.user, thread=thread))
