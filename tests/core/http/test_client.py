import pytest
from django.test import RequestFactory

from core.http.client import client_address, client_network, is_local


def asked_from(remote: str, forwarded: str | None = None):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
    return RequestFactory().get("/", REMOTE_ADDR=remote, **headers)


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "198.51.100.1", None, "198.51.100.1"),
        (0, "198.51.100.1", "203.0.113.7", "198.51.100.1"),
        (1, "10.0.0.1", "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        (2, "10.0.0.1", "1.1.1.1, 203.0.113.7,10.0.0.2", "203.0.113.7"),
        (2, "10.0.0.1", "203.0.113.7", "10.0.0.1"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (0, "", None, "127.0.0.1"),
        (0, "::ffff:198.51.100.1", None, "198.51.100.1"),
        (1, "10.0.0.1", "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_client_address_is_what_the_outermost_own_proxy_saw(settings, proxies, remote, forwarded, address):
    settings.TRUSTED_PROXIES = proxies

    assert client_address(asked_from(remote, forwarded)) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::1"),
    ],
)
def test_client_network_is_the_first_half_of_ipv6(address, network):
    assert client_network(asked_from(address)) == network


def test_is_local_is_this_machine_alone():
    assert [is_local(each) for each in ("127.0.0.1", "127.9.9.9", "::1", "10.0.0.1", "203.0.113.7")] == [
        *[True] * 3,
        *[False] * 2,
    ]
