"""How far a letter may go."""

import pytest

from windlass.coordinator.engine.hooks import Letter, Undeliverable
from windlass.coordinator.transport.outgoing import Allowed, Outgoing


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not Allowed().permits("host", address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111"])
def test_what_is_public_is_allowed(address: str) -> None:
    assert Allowed().permits("host", address)


def test_the_operator_allows_networks_names_or_everything() -> None:
    allowed = Allowed.parse([" 10.1.0.0/16", "Hooks.Local", ""])
    assert allowed.permits("host", "10.1.2.3")
    assert allowed.permits("hooks.local", "10.2.0.1")
    assert not allowed.permits("host", "10.2.0.1")
    assert Allowed.parse(["*"]).permits("host", "127.0.0.1")


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x/", "http://", "http://[::1", "http://x:99999/", "http://x/a b", "http://x/\n"],
)
def test_what_is_no_address_is_not_asked(url: str) -> None:
    with pytest.raises(Undeliverable):
        Outgoing(Allowed()).post(Letter(url=url, headers={}, body=b""))
