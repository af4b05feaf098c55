"""A team from its beginning to what remains of it, in a real browser; and its pages on every screen."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from codextime.accounts.models import User
from codextime.teams import machines, rollups, tokens
from codextime.teams.models import AuditEntry, Membership, Seat
from tests.browser.conftest import PATIENCE
from tests.browser.test_contrast import find_faint
from tests.browser.test_overview import SMALL_CONTROLS
from tests.conftest import make_person
from tests.teams.crew import make_crew, share
from tests.usage.burning import burn, call

BOX = re.compile('type="(?:radio|checkbox)"')  # its label is what a finger meets
TABS = ("members", "leave", "invitations", "seats/share", "machines", "settings", "audit", "tokens")


@pytest.fixture
def guest(transactional_db: None) -> User:
    user = make_person("guest")
    burn(user, call("2026-11-02T10:00+00:00"), label="work laptop")
    return user


@pytest.fixture
def other_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """Of somebody else, with cookies of their own."""
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def test_create_invite_accept_share_leave_and_what_remains(signed_in: Page, other_page: Page, guest: User) -> None:
    owner, member = signed_in, other_page
    owner.goto("/teams")
    owner.get_by_role("link", name="Make a team").click()
    owner.get_by_label("Name of the team").fill("Platform")
    owner.get_by_label("Address").fill("platform")
    owner.get_by_label("Your name in this team").fill("Olga")
    owner.get_by_role("button", name="Make the team").click()
    owner.get_by_role("button", name="Invite", exact=True).click()
    link = owner.locator(".command code").inner_text()

    member.goto(urlsplit(link).path)
    member.get_by_role("main").get_by_role("link", name="Sign in").click()
    member.get_by_label("Email").fill(guest.email)
    member.get_by_label("Password", exact=True).fill("guest's long password")
    member.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    member.get_by_label("Your name in this team").fill("Gustav")
    member.get_by_role("button", name="Join").click()

    member.get_by_label("work laptop").check()
    member.get_by_label("Label of the seat").fill("laptop of Gustav")
    member.get_by_label("From").fill("2026-11-01")
    member.get_by_role("button", name="See what the team would see").click()
    preview = member.get_by_role("region", name="This is what the team will see")
    expect(preview.get_by_role("cell", name="1,200").first).to_be_visible()
    assert not Seat.objects.exists()
    member.get_by_role("button", name="Share it").click()
    expect(member.get_by_role("status")).to_contain_text("The team sees “laptop of Gustav” now.")

    owner.goto("/teams/platform/members")
    expect(owner.get_by_role("row", name=re.compile("Gustav"))).to_contain_text("Member")

    rollups.rebuild()  # as a worker does within moments
    owner.goto("/teams/platform/seats?period=month&on=2026-11-15")
    seat = owner.get_by_role("row", name=re.compile("laptop of Gustav"))
    expect(seat).to_contain_text("1,200", timeout=PATIENCE)
    expect(seat).not_to_contain_text("work laptop")

    member.goto("/teams/platform/leave")
    member.get_by_label("It stays, up to yesterday").check()
    member.get_by_role("button", name="Leave the team").click()
    expect(member.get_by_role("region", name="What stayed in teams that you left")).to_contain_text("laptop of Gustav")
    assert member.goto("/teams/platform/members").status == 404
    member.goto("/teams")
    member.get_by_role("button", name="Take it back").click()

    expect(member.get_by_role("heading", name="You are in no team")).to_be_visible()
    assert not Seat.objects.exists()
    assert Membership.objects.count() == 1
    done = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert done == ["created", "invited", "joined", "shared", "left", "unshared"]


def test_pages_of_a_team_fit_every_screen_and_can_be_read(signed_in: Page, owner: User) -> None:
    crew, now = make_crew(owner=owner), timezone.now()
    share(crew["owner"], "a seat with a rather long label, as some are")
    machines.add_machine(actor=crew["owner"], label="CI", now=now)
    tokens.make_team_token(actor=crew["owner"], name="spreadsheet", now=now)

    for path in ("/teams", "/teams/new", *(f"/teams/crew/{tab}" for tab in TABS)):
        signed_in.goto(path)
        assert find_faint(signed_in) == [], path
        for width in (1440, 768, 390, 320):
            signed_in.set_viewport_size({"width": width, "height": 900})
            assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            small = [control for control in signed_in.evaluate(SMALL_CONTROLS) if not BOX.search(control)]
            assert width > 390 or small == [], (path, width)
