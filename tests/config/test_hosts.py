import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/uploads", "/no-such-page"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:99", "a b", "x" * 5000, "evil\x1b[31m"])
def test_a_request_for_an_unknown_host_is_refused_with_one_line_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, path: str, host: str
) -> None:
    answer = client.get(path, headers={"Host": host})

    assert answer.status_code == 400
    [record] = caplog.records
    line = caplog.handler.format(record)
    assert "CODEXTIME_ALLOWED_HOSTS" in line
    assert host[:4] in line
    assert len(line) < 300
    assert line.isprintable()
