"""What the shell shows of the person and the organization, and what it shows to somebody else."""

from reflex_base.utils.format import format_event_handler

from stackdock.ui.states.session import SessionState
from tests.people import make_owner_who_can_sign_in, signed_in_token
from tests.ui.states.probe import pipeline

ENTER = format_event_handler(SessionState.event_handlers["enter"])


async def test_the_shell_knows_the_person_and_their_organization(database: object) -> None:
    await make_owner_who_can_sign_in()
    await make_owner_who_can_sign_in("globex", "bob@globex.example")
    async with pipeline() as tab:
        seen = await tab(await signed_in_token()).send(ENTER)
    assert (seen["person_name"], seen["person_email"]) == ("Ana Mendes", "ana@acme.example")
    assert (seen["organization_slug"], seen["organization_name"]) == ("acme", "Acme")
    assert seen["organizations"] == [{"slug": "acme", "name": "Acme"}]
    assert not seen["is_missing"]


async def test_a_foreign_and_a_missing_organization_look_alike(database: object) -> None:
    await make_owner_who_can_sign_in()
    await make_owner_who_can_sign_in("globex", "bob@globex.example")
    async with pipeline() as tab:
        token = await signed_in_token()
        shown = [await tab(token, token=slug, path=f"/o/{slug}/docks").send(ENTER) for slug in ("globex", "nothing")]
    for seen in shown:
        assert seen["is_missing"]
        assert not seen.get("organization_name")
        assert "globex" not in str(seen.get("organizations")).lower()
