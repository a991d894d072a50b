import pytest
from aiohttp.test_utils import make_mocked_request

from contactcenter.api.client_address import client_address
from contactcenter.settings.readers import networks

PROXIES = networks("10.0.0.0/8,2001:db8:ffff::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # no proxy of ours: not believed
        ("10.0.0.2", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", ["192.0.2.1, 198.51.100.1"], "198.51.100.1"),  # the first was made up
        ("10.0.0.2", ["192.0.2.1", "198.51.100.1, 10.0.0.9"], "198.51.100.1"),
        ("10.0.0.2", ["198.51.100.1:51234"], "198.51.100.1"),
        ("10.0.0.2", ["[2001:db8:1:2:3::9]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.2", ["nonsense"], "10.0.0.2"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("2001:db8:ffff::1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.2", ["198.51.100.1"], "198.51.100.1"),
        ("", ["198.51.100.1"], "unknown"),
    ],
)
def test_forwarded_addresses_are_believed_from_our_proxies_only(peer, forwarded, found):
    request = make_mocked_request("GET", "/").clone(remote=peer)
    request.headers  # noqa: B018
    headers = [("X-Forwarded-For", line) for line in forwarded]
    request = request.clone(headers=headers, remote=peer)

    assert client_address(request, PROXIES) == found
