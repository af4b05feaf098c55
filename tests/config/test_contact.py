import pytest
from django.core.exceptions import ImproperlyConfigured

from codextime.config.env import contact


@pytest.mark.parametrize(
    ("value", "uri"),
    [("", ""), ("ada@example.org", "mailto:ada@example.org"), ("https://example.org/us", "https://example.org/us")],
)
def test_the_operators_contact_is_an_address_or_a_page(value: str, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEXTIME_CONTACT", value)

    assert contact("CODEXTIME_CONTACT") == uri


@pytest.mark.parametrize(
    "value", ["ada", "javascript:alert(1)", "http://example.org", "a@b@c", "Ada <ada@example.org>"]
)
def test_any_other_contact_stops_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEXTIME_CONTACT", value)

    with pytest.raises(ImproperlyConfigured, match="must be an email address"):
        contact("CODEXTIME_CONTACT")
