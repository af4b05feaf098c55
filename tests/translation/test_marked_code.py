"""No module that speaks to people says something that no translator would see."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.translation.code import unmarked

FOLDER = settings.ROOT / "codextime"
# `config`, `runtime`, `ingest` and `usage` make no pages, nor do migrations and the commands of operators.
APPS = ("accounts", "boards", "dashboard", "devices", "exports", "lib", "pricing", "programs", "site", "teams")
ENGLISH = {
    "dashboard/calls/narrowing.py": "SQL",
    "dashboard/calls/prices.py": "SQL",
    "dashboard/calls/reading.py": "SQL",
    "dashboard/day_tables.py": "SQL",
    "dashboard/templatetags/charts.py": "HTML",
    "dashboard/thread_statements.py": "SQL",
    "dashboard/threads/leading.py": "SQL",
    "dashboard/threads/reading_one.py": "SQL",
    "boards/ranks.py": "SQL",
    "boards/handles.py": "words that no handle may have",
    "devices/api.py": "answers for the tracker, which speaks English",
    "devices/serializers.py": "the API's document",
    "exports/tables.py": "the export's own description, which is a file for programs too",
    "exports/writing.py": "SQL",
    "lib/clients.py": "names of browsers, which are stored",
    "lib/metrics.py": "for Prometheus",
    "lib/problems.py": "answers for programs",
    "pricing/comparing.py": "for the operator's terminal",
    "programs/api.py": "answers for programs",
    "programs/authentication.py": "answers for programs",
    "programs/openapi.py": "the API's document",
    "programs/queries.py": "answers for programs",
    "programs/schemas.py": "the API's document",
    "programs/team_api.py": "the API's document",
    "programs/team_authentication.py": "answers for programs",
    "site/metrics.py": "for Prometheus",
    "teams/inviting.py": "a line of the audit log, which is stored",
    "teams/rollup_checks.py": "SQL, and for the operator's terminal",
    "dashboard/team/seat_sums.py": "SQL",
    "teams/rate_keys.py": "SQL",
    "teams/rollup_queries.py": "SQL",
    "teams/rollup_totals.py": "SQL",
    "site/readiness.py": "answers for load balancers",
}
SAME_EVERYWHERE = {
    **dict.fromkeys(("Accept", "Authorization", "Cookie", "Lax", "Origin"), "HTTP"),
    **dict.fromkeys(
        (
            'attachment; filename="',
            'attachment; filename="codextime-',
            "text/csv; charset=utf-8",
            "text/plain; charset=utf-8",
        ),
        "HTTP",
    ),
    **dict.fromkeys(("Canonical", "Contact", "Expires"), "fields of security.txt"),
    **dict.fromkeys(("All time", "Sent", "Dashboard", "tokens in", "new"), "what the tracker prints, in English"),
    **dict.fromkeys(("--server", "make up", "make login-link"), "typed as it stands"),
    **dict.fromkeys(("official page copy", "several independent third parties", "typed by a user"), "values of a file"),
    **dict.fromkeys(("Source", "Machine", "Work laptop", "Desktop", "and", "more"), "stored, or a name in an address"),
    "The database is not reachable.": "for load balancers",
    "UTC": "the name of a time scale",
    "second step": "a key of the session",
}


def test_every_text_for_people_is_marked_for_translation() -> None:
    paths = [path for app in APPS for path in sorted((FOLDER / app).rglob("*.py"))]
    names = {path: path.relative_to(FOLDER).as_posix() for path in paths}
    found = [
        f"{name}:{line}: {text}"
        for path, name in names.items()
        if name not in ENGLISH and "/migrations/" not in name and "/management/" not in name
        for line, text in unmarked(path)
        if text not in SAME_EVERYWHERE
    ]

    assert set(ENGLISH) <= set(names.values()), "an exception is not needed any more"
    assert found == [], "put these into gettext, or say here why they are English"


@pytest.mark.parametrize(
    "source",
    [
        'messages.success(request, "Label saved.")',
        'label = forms.CharField(label="Label")',
        'raise ValidationError(f"Use at most {most} characters.")',
        'title = f"{count} of {whole} had calls"',
        'note = "changes against " + dates',
        'WHY = {"copied": "They were counted twice."}',
    ],
)
def test_an_unmarked_text_is_found(source: str, tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(source)

    assert list(unmarked(path))


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring is for programmers."""',
        'title = ngettext("%(count)s day had calls", "%(count)s days had calls", count)',
        'raise ValueError("the file holds no rates")',
        'log.warning("The broker does not answer.")',
        'cursor.execute("SELECT id FROM usage_call")',
    ],
)
def test_what_is_no_text_for_people_is_passed_over(source: str, tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(source)

    assert list(unmarked(path)) == []
