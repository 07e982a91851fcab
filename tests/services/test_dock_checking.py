"""How long a provider may take to say whether credentials work."""

import pytest

from stackdock.errors import ProviderUnavailable
from stackdock.services import dock_linking
from stackdock.services.dock_linking import check_dock, link_dock, replace_credentials
from stackdock.simulators import open_simulator
from stackdock.simulators.faults import Fault
from tests.factories import make_organization, make_owner, owner_scope

TOKEN = {"token": "simulator"}


async def test_a_person_waits_ten_seconds_at_most_whatever_is_checked(instance: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dock_linking.CHECK_SECONDS == 10
    acme = await make_organization()
    scope = owner_scope(acme, await make_owner(acme))
    async with open_simulator("hetzner", size=1) as provider:
        form = {"provider": "hetzner", "credentials": TOKEN, "base_url": provider.base_url}
        dock_id = (await link_dock(scope, name="Acme", **form))["id"]
        provider.simulator.fault = Fault.TIMEOUT
        monkeypatch.setattr(dock_linking, "CHECK_SECONDS", 0.3)
        for attempt in (
            link_dock(scope, name="Another", **form),
            replace_credentials(scope, dock_id, TOKEN),
            check_dock(scope, dock_id),
        ):
            with pytest.raises(ProviderUnavailable, match=r"did not answer within 0\.3 seconds"):
                await attempt
