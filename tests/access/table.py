"""Who gets what at every URL. Whoever adds a URL adds its row.

A row is one request: its route (as the resolver spells it), a path, a method and what each of three persons gets. The
owner is the account that the objects in the path belong to; the stranger has an account too; the last one is anonymous.
`{device}` and the like in a path are filled in by `tests/access/test_every_url.py`.
"""

import re
from dataclasses import dataclass, field

SIGN_IN = "sent to sign in"


@dataclass(frozen=True)
class Row:
    route: str
    path: str
    owner: int | str
    stranger: int | str
    anonymous: int | str
    method: str = "GET"
    data: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def page(route: str, path: str = "", *, owner: int = 200, stranger: int = 200, anonymous: int | str = SIGN_IN) -> Row:
    """A page that everybody with an account has for themselves, unless `stranger` says otherwise."""
    return Row(route, path or f"/{route}", owner, stranger, anonymous)


def action(route: str, path: str, data: dict[str, str] | None = None, *, owner: int = 302, stranger: int = 302) -> Row:
    """A POST of somebody who is signed in; `stranger` is what another account gets at the owner's object."""
    return Row(route, path, owner, stranger, SIGN_IN, "POST", data or {})


def team_action(route: str, path: str, data: dict[str, str] | None = None, *, owner: int = 302) -> Row:
    """A POST below a team of the owner's."""
    return action(f"teams/<slug:slug>/{route}", f"/teams/{{team}}/{path}", data, owner=owner, stranger=404)


def public(route: str, path: str = "", *, status: int = 200, signed_in: int | None = None, method: str = "GET") -> Row:
    """The same for everybody, or at least (`signed_in`) for everybody who has an account."""
    known = status if signed_in is None else signed_in
    return Row(route, path or f"/{route}", known, known, status, method)


def staff(route: str) -> Row:
    """Moderation: nobody of the three is a moderator, and who has an account learns nothing."""
    path = re.sub(r"<(?:\w+:)?\w+>", "1", route)
    return Row(f"admin/{route}", f"/admin/{path}", 404, 404, SIGN_IN)


STAFF_ROUTES = [
    *("", "login/", "logout/", "password_change/", "password_change/done/", "autocomplete/", "jsi18n/"),
    *("r/<path:content_type_id>/<path:object_id>/", "<app_label>/", "<url>"),
    *("pricing/operatorrates/in-force/", "pricing/operatorrates/in-force/confirm/"),
    *(
        f"{model}/{page}"
        for model in (
            *("boards/listing", "boards/helddate", "boards/moderationevent"),
            *("pricing/operatorrates", "pricing/rateevent"),
        )
        for page in ("", "add/", *(f"<path:object_id>/{end}" for end in ("history/", "delete/", "change/", "")))
    ),
]

TEAM = {"name": "Platform", "slug": "platform", "time_zone": "UTC", "own_name": "Ada"}
RATE = {"model": "gpt-5.4", "effective_from": "2026-11-01", "input_usd": "1", "output_usd": "2"}

ROWS = [
    # site
    Row("", "/", 302, 302, 200),
    public("example"),
    public("what-is-uploaded"),
    public("api-equivalent"),
    public("help"),
    public("api"),
    public("privacy"),
    public("terms"),
    public("contact"),
    public("favicon.ico", status=302),
    public("robots.txt"),
    public("sitemap.xml"),
    public(".well-known/security.txt", status=404),  # nobody's contact is set
    public("healthz"),
    public("metrics", status=404),  # nobody may, unless the operator says who
    public("readyz", status=503),  # no worker runs
    # boards
    public("leaderboard"),
    *map(staff, STAFF_ROUTES),
    # dashboard
    page("dashboard"),
    page("days/<day:on>", "/days/2025-10-01"),
    page("days/<day:on>", "/days/2024-12-31", owner=404, stranger=404),
    public("dashboard/version", status=403, signed_in=204),
    page("estimate"),
    page("estimate/rates"),
    Row("estimate/rates", "/estimate/rates", 302, 302, SIGN_IN, "POST", RATE),
    page("estimate/rates/<int:rate_id>", "/estimate/rates/{own_rate}", stranger=404),
    action("estimate/rates/<int:rate_id>", "/estimate/rates/{own_rate}", RATE, stranger=404),
    action("estimate/rates/<int:rate_id>/remove", "/estimate/rates/{own_rate}/remove", stranger=404),
    action("estimate/credit-price", "/estimate/credit-price", {"usd_per_credit": "0.04"}),
    page("threads"),
    page("threads/<int:thread_id>", "/threads/{thread}", stranger=404),
    action("threads/<int:thread_id>/name", "/threads/{thread}/name", {"name": "Mine"}, stranger=404),
    page("calls"),
    page("calls/calls.csv"),
    page("calls/calls.json"),
    page("calls/<call_id:call_id>", "/calls/{call}", stranger=404),
    action("calls/views", "/calls/views", {"name": "Large", "query": "least=100000"}),
    action("calls/views/<int:view_id>/rename", "/calls/views/{view}/rename", {"name": "Huge"}, stranger=404),
    action("calls/views/<int:view_id>/delete", "/calls/views/{view}/delete", stranger=404),
    page("insights"),
    page("insights/thresholds"),
    Row("insights/thresholds", "/insights/thresholds", 400, 400, SIGN_IN, "POST"),
    action("insights/thresholds/reset", "/insights/thresholds/reset"),
    page("corrections"),
    page("withdrawals"),
    action("withdrawals/<int:record_id>/approve", "/withdrawals/{withdrawal}/approve", stranger=404),
    action("withdrawals/<int:record_id>/decline", "/withdrawals/{withdrawal}/decline", stranger=404),
    action("withdrawals/<int:record_id>/undo", "/withdrawals/{withdrawal}/undo", stranger=404),
    page("settings"),
    action("settings/time-zone", "/settings/time-zone", {"time_zone": "Europe/Berlin"}),
    action("settings/formats", "/settings/formats", {"week_start": "6", "number_format": "point", "clock_hours": "12"}),
    public("settings/theme", status=403, method="POST"),  # without the Origin that browsers send
    action("settings/sessions/group", "/settings/sessions/group"),
    action("settings/sessions/ungroup", "/settings/sessions/ungroup"),
    action("settings/leaderboard/join", "/settings/leaderboard/join", {"handle": "somebody"}),
    action("settings/leaderboard/handle", "/settings/leaderboard/handle", {"handle": "somebody"}),
    action("settings/leaderboard/leave", "/settings/leaderboard/leave"),
    page("settings/erase", owner=302, stranger=302),  # asks for the password first
    Row("settings/erase", "/settings/erase", 302, 302, SIGN_IN, "POST"),
    action("settings/erase/keep", "/settings/erase/keep"),
    page("settings/erase-usage", owner=302, stranger=302),
    Row("settings/erase-usage", "/settings/erase-usage", 302, 302, SIGN_IN, "POST"),
    action("settings/labels/<int:source_id>", "/settings/labels/{source}", {"label": "desk"}, stranger=404),
    action("settings/labels/<int:source_id>/archive", "/settings/labels/{source}/archive", stranger=404),
    action("settings/labels/<int:source_id>/bring-back", "/settings/labels/{source}/bring-back", stranger=404),
    # seats; the board of a team is off until it is switched on
    page("seats"),
    page("teams/<slug:slug>", "/teams/{team}", stranger=404),
    page("teams/<slug:slug>/seats", "/teams/{team}/seats", stranger=404),
    page("teams/<slug:slug>/seats.csv", "/teams/{team}/seats.csv", stranger=404),
    page("teams/<slug:slug>/seats/<uuid:seat_id>", "/teams/{team}/seats/{seat}", stranger=404),
    page("teams/<slug:slug>/board", "/teams/{team}/board", owner=404, stranger=404),
    # teams: the owner's, of which the stranger knows nothing; for each role in `tests/teams/test_access.py`
    page("teams"),
    page("teams/new"),
    Row("teams/new", "/teams/new", 302, 302, SIGN_IN, "POST", TEAM),
    action("teams/left/<uuid:seat_id>", "/teams/left/{left_seat}", stranger=404),
    public("teams/join", status=404),  # without a link that was opened before
    public("teams/join", status=404, method="POST"),
    public("teams/join/<str:token>", "/teams/join/{team_invitation}", status=302),
    public("teams/join/<str:token>", "/teams/join/wrong", status=404),
    *(
        page(f"teams/<slug:slug>/{name}", f"/teams/{{team}}/{name}", stranger=404)
        for name in ("members", "leave", "invitations", "seats/share", "machines", "settings", "audit", "tokens")
    ),
    team_action("members/<uuid:member_id>/role", "members/{member}/role", {"role": "admin"}),
    team_action("members/<uuid:member_id>/transfer", "members/{member}/transfer"),
    team_action("members/<uuid:member_id>/remove", "members/{member}/remove"),
    team_action("name", "name", {"own_name": "Ada"}),
    team_action("leave", "leave", {"past": "goes"}),
    team_action("invitations", "invitations", {"role": "member"}, owner=200),
    team_action("invitations/<uuid:invitation_id>/resend", "invitations/{invited}/resend", owner=200),
    team_action("invitations/<uuid:invitation_id>/revoke", "invitations/{invited}/revoke"),
    team_action("seats/share", "seats/share", {"sources": "{source}", "label": "Desk", "starts_on": "2025-10-01"}),
    page("teams/<slug:slug>/seats/<uuid:seat_id>/edit", "/teams/{team}/seats/{seat}/edit", stranger=404),
    team_action("seats/<uuid:seat_id>/edit", "seats/{seat}/edit", {"label": "Desk"}),
    team_action("seats/<uuid:seat_id>/end", "seats/{seat}/end", {"past": "stays"}),
    team_action("seats/<uuid:seat_id>/remove", "seats/{seat}/remove"),
    team_action("seats/<uuid:seat_id>/budget", "seats/{seat}/budget", {"monthly_token_budget": "1000"}),
    team_action("machines", "machines", {"label": "CI"}, owner=200),
    team_action("machines/<uuid:seat_id>/renew", "machines/{machine}/renew", owner=200),
    team_action("machines/<uuid:seat_id>/end", "machines/{machine}/end", {"past": "goes"}),
    team_action("settings", "settings", {"name": "Crew", "time_zone": "UTC"}),
    team_action("settings/address", "settings/address", {"slug": "other"}),
    team_action("settings/delete", "settings/delete", {"slug": "{team}"}),
    team_action("settings/keep", "settings/keep"),
    team_action("tokens", "tokens", {"name": "Script"}, owner=200),
    team_action("tokens/<uuid:token_id>/revoke", "tokens/{team_token}/revoke"),
    # programs
    page("settings/read-tokens"),
    Row("settings/read-tokens", "/settings/read-tokens", 200, 200, SIGN_IN, "POST", {"name": "Script"}),
    action("settings/read-tokens/<int:token_id>/revoke", "/settings/read-tokens/{read_token}/revoke", stranger=404),
    public("api/v1/totals", status=401),
    public("api/v1/usage/calls", status=401),
    public("api/v1/corrections", status=401),
    public("api/v1/profile", status=401),
    public("api/v1/teams/<path:slug>/totals", "/api/v1/teams/{team}/totals", status=401),
    public("api/v1/teams/<path:slug>/seats", "/api/v1/teams/{team}/seats", status=401),
    # exports
    action("settings/export", "/settings/export"),
    page("settings/export/<str:signed>", "/settings/export/{export}", stranger=302),
    page("settings/export/<str:signed>", "/settings/export/wrong", owner=302, stranger=302),
    # devices
    page("devices"),
    page("devices/pair"),
    page("devices/pair", "/devices/pair?code={user_code}", stranger=403),
    page("devices/pair/approved"),
    page("devices/pair/denied"),
    action("devices/pair/approve", "/devices/pair/approve", {"code": "{user_code}", "name": "Desk"}, stranger=403),
    action("devices/pair/deny", "/devices/pair/deny", {"code": "{user_code}"}, stranger=403),
    action("devices/<int:device_id>/rename", "/devices/{device}/rename", {"name": "Desk"}, stranger=404),
    action("devices/<int:device_id>/revoke", "/devices/{device}/revoke", stranger=404),
    public("api/v1/device/authorization", status=400, method="POST"),
    public("api/v1/device/token", status=400, method="POST"),
    # accounts: a link lets in whoever holds it, whoever is signed in
    public("api/v1/uploads", status=401, method="POST"),
    public("api/v1/device", status=401),
    public("api/v1/calls", status=401),
    public("api/v1/schema"),
    public("sign-in/<str:token>", "/sign-in/{login_link}"),
    public("sign-in/<str:token>", "/sign-in/{login_link}", status=302, method="POST"),
    public("sign-in/<str:token>", "/sign-in/wrong", status=410),
    public("sign-in/<str:token>", "/sign-in/wrong", status=410, method="POST"),
    public("invitation/<str:token>", "/invitation/{invitation}", status=302),
    public("invitation/<str:token>", "/invitation/wrong", status=410),
    # accounts: django-allauth's
    public("accounts/login/", signed_in=302),
    public("accounts/signup/", signed_in=302),
    page("accounts/logout/"),
    Row("accounts/logout/", "/accounts/logout/", SIGN_IN, SIGN_IN, SIGN_IN, "POST"),
    public("accounts/inactive/"),
    page("accounts/reauthenticate/"),
    page("accounts/email/"),
    page("accounts/sessions/"),
    page("accounts/password/change/"),
    page("accounts/password/set/", owner=302, stranger=302),
    public("accounts/password/reset/"),
    public("accounts/password/reset/done/"),
    public("accounts/password/reset/key/done/"),
    public("accounts/password/reset/key/<uidb36>-<key>/", "/accounts/password/reset/key/1-wrong/"),
    public("accounts/confirm-email/"),
    public("accounts/confirm-email/<key>/", "/accounts/confirm-email/wrong/"),
    Row("accounts/login/code/confirm/", "/accounts/login/code/confirm/", 302, 302, SIGN_IN),
    # the second step and passkeys: who is signed in and asked for the password first, or has none of it
    page("accounts/2fa/"),
    Row("accounts/2fa/authenticate/", "/accounts/2fa/authenticate/", 302, 302, SIGN_IN),
    page("accounts/2fa/reauthenticate/", owner=302, stranger=302),
    page("accounts/2fa/totp/activate/", owner=302, stranger=302),
    page("accounts/2fa/totp/deactivate/", owner=404, stranger=404),
    page("accounts/2fa/recovery-codes/", owner=404, stranger=404),
    page("accounts/2fa/recovery-codes/generate/", owner=302, stranger=302),
    page("accounts/2fa/recovery-codes/download/", owner=404, stranger=404),
    page("accounts/2fa/webauthn/"),
    page("accounts/2fa/webauthn/add/", owner=302, stranger=302),
    page("accounts/2fa/webauthn/reauthenticate/", owner=302, stranger=302),
    page(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/", "/accounts/2fa/webauthn/keys/1/remove/", owner=302, stranger=302
    ),
    page("accounts/2fa/webauthn/keys/<int:pk>/edit/", "/accounts/2fa/webauthn/keys/1/edit/", owner=302, stranger=302),
    Row("accounts/2fa/webauthn/login/", "/accounts/2fa/webauthn/login/", 302, 302, SIGN_IN),
    # GitHub and Google: a stranger's side of it, and the list of those that are connected
    *(
        row
        for name in ("github", "google")
        for row in (public(f"accounts/{name}/login/"), public(f"accounts/{name}/login/callback/", status=401))
    ),
    public("accounts/google/login/token/", status=401),
    page("accounts/3rdparty/"),
    Row("accounts/3rdparty/signup/", "/accounts/3rdparty/signup/", SIGN_IN, SIGN_IN, SIGN_IN),
    public("accounts/3rdparty/login/cancelled/"),
    public("accounts/3rdparty/login/error/", status=401),
    *(
        public(f"accounts/social/{name}/", status=301)
        for name in ("login/cancelled", "login/error", "signup", "connections")
    ),
]
