"""The frame around every page: navigation, footer, error pages."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from codextime.accounts.models import User
from tests.teams.crew import make_crew
from tests.usage.readings import NOW, reading, store


@pytest.mark.django_db
def test_a_page_that_does_not_exist_says_so_and_shows_a_way_out(client: Client) -> None:
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    ("path", "section"),
    [
        (f"/calls/{1:032x}", "/calls"),
        (f"/days/{NOW:%Y-%m-%d}", "/dashboard"),
        ("/estimate/rates", "/estimate"),
        ("/insights/thresholds", "/insights"),
        ("/teams/new", "/teams"),
        ("/seats", "/teams"),
        ("/devices/pair", "/devices"),
        ("/settings/read-tokens", "/settings"),
        ("/accounts/email/", "/settings"),
    ],
)
def test_the_navigation_says_which_part_a_page_belongs_to(client: Client, owner: User, path: str, section: str) -> None:
    store(owner, reading(1))
    client.force_login(owner)

    navigation = client.get(path).text.partition('aria-label="Main"')[2].partition("</nav>")[0]

    assert navigation.count("aria-current") == 1
    assert f'<a href="{section}" aria-current="true">' in navigation
    assert f'<a href="{section}" aria-current="page">' in client.get(section).text


@pytest.mark.parametrize("slug", ["calls", "threads", "days", "devices"])
@pytest.mark.django_db
def test_a_page_of_a_team_belongs_to_teams_whatever_its_address_says(slug: str) -> None:
    member = make_crew(slug).client("owner")

    for path in (f"/teams/{slug}", f"/teams/{slug}/members", f"/teams/{slug}/settings"):
        navigation = member.get(path).text.partition('aria-label="Main"')[2].partition("</nav>")[0]

        assert navigation.count("aria-current") == 1, path
        assert '<a href="/teams" aria-current="true">' in navigation


def test_the_page_of_a_server_error_needs_neither_a_database_nor_a_user() -> None:
    answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert "Nothing that was stored is lost" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/logout/")

    assert answer.status_code == 403
    assert "reload the page" in answer.text


def test_no_page_of_the_frame_carries_inline_style_or_script(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()

    html = render_to_string("base.html", request=request)

    assert "style=" not in html
    assert "<style" not in html
    assert "not affiliated with OpenAI" in html
