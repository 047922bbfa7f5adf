"""Where a request comes from: our own proxies are believed, the client is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.proxies import ClientAddress

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, None, "10.0.0.1"),
    ],
)
def test_the_address_is_the_one_our_outermost_proxy_saw(settings, proxies, header, address) -> None:
    settings.PROXIES = proxies
    more = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **more)
    ClientAddress(lambda request: HttpResponse())(request)

    assert request.META["REMOTE_ADDR"] == address


def test_a_server_without_its_keys_does_not_start_and_says_why(tmp_path) -> None:
    environment = {
        **os.environ,
        "DEMO": "false",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "for-this-test-alone-" * 3,
        "KEYS_FILE": str(tmp_path / "none"),
        "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
    }
    ended = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 1
    assert f"KEYS_FILE: {tmp_path / 'none'} cannot be read" in ended.stderr
    assert "manage.py rotate_keys --new" in ended.stderr
