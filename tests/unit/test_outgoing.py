"""How far a letter may go."""

import pytest

from tests.support.deliveries import HERE
from tests.support.receiver import a_receiver
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
    [
        "",
        "ftp://x/",
        "http://",
        "http://[::1",
        "http://x:99999/",
        "http://x y/",
        "http://x/\n",
        "http://bücher.example/",
    ],
)
def test_what_is_no_address_is_not_asked(url: str) -> None:
    with pytest.raises(Undeliverable):
        Outgoing(Allowed()).post(Letter(url=url, headers={}, body=b""))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("", "/"),
        ("/a b?c=d e", "/a%20b?c=d%20e"),
        ("/{{ inputs.a }}", "/%7B%7B%20inputs.a%20%7D%7D"),
        ("/ü%20ü?x=1&y=a/b?", "/%C3%BC%20%C3%BC?x=1&y=a/b?"),
    ],
)
def test_what_does_not_belong_in_an_address_is_escaped(path: str, asked: str) -> None:
    with a_receiver() as receiver:
        address = receiver.url.removesuffix("/hook?x=1")
        Outgoing(HERE).post(Letter(url=address + path, headers={}, body=b""))
    assert receiver.asked == [asked]


@pytest.mark.parametrize(
    ("headers", "sent"),
    [({}, "Basic YTpiQA=="), ({"authorization": "Bearer x"}, "Bearer x")],
)
def test_a_name_and_a_password_are_sent_as_such(headers: dict[str, str], sent: str) -> None:
    with a_receiver() as receiver:
        address = receiver.url.replace("http://", "http://a:b%40@")
        Outgoing(HERE).post(Letter(url=address, headers=headers, body=b""))
    heard = {name.lower(): value for name, value in receiver.heard[0][0].items()}
    assert heard["authorization"] == sent
    assert heard["host"] == address.partition("@")[2].partition("/")[0]


def test_who_does_not_answer_in_time_has_not_answered() -> None:
    with a_receiver() as receiver:
        receiver.open.clear()
        with pytest.raises(OSError, match=r"\S"):
            Outgoing(HERE, timeout=0.05).post(Letter(url=receiver.url, headers={}, body=b"x"))
