"""What every test gets: sockets on loopback, and nothing beyond this machine."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def loopback_only(socket_enabled: None) -> None:
    """Allow real sockets to this machine; Home Assistant's test plugin forbids all of them."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
