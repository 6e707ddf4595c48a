"""Settings of a server."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.config import require

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Names of this machine that no other machine can reach."""


@dataclass(frozen=True)
class ServeConfig:
    """Where a server listens, and what it refuses."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8000
    """Port to listen on; 0 takes a free one."""
    max_bytes: int = 1_000_000
    """Maximum size of a request's body."""
    max_texts: int = 1000
    """Maximum number of texts in a request."""
    max_requests: int = 256
    """Maximum number of requests that are answered at the same time."""
    timeout: float = 30.0
    """Seconds that an answer may take."""

    def __post_init__(self) -> None:
        require(0 <= self.port <= 65535, f"port must be from 0 to 65535, not {self.port}")
        for name in ("max_bytes", "max_texts", "max_requests"):
            value = getattr(self, name)
            require(value >= 1, f"{name.replace('_', '-')} must be at least 1, not {value}")
        ok = 0.001 <= self.timeout <= 86_400
        require(ok, f"timeout must be from 0.001 to 86,400 seconds, not {self.timeout}")

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK
