"""Read AWS servers as `provider read` does."""

from __future__ import annotations

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.listing import read_listing
from stackdock.adapters.patience import Patience
from stackdock.adapters.session import open_session
from stackdock.providers.aws import ADAPTER
from stackdock.resources import ResourceFields

KEY = {"access_key_id": "AKIASIMULATED", "token": "s3cr3t/of+the=account"}
LOOPBACK = OutboundPolicy(allow_hosts=frozenset({"127.0.0.1"}))
IMPATIENT = Patience(attempts=2, give_up_seconds=0.5, read_seconds=30.0, connect_seconds=5.0)


async def read(base_url: str, credentials: dict[str, str] = KEY) -> list[ResourceFields]:
    async with open_session(ADAPTER, credentials, base_url=base_url, policy=LOOPBACK, paced=False, patience=IMPATIENT) as session:
        with await read_listing(ADAPTER, ADAPTER.resource("server"), session) as listing:
            assert listing.calls >= 2
            return [fields for batch in listing.fields() for fields in batch]
