"""What must hold for every provider that has a simulator. Nothing here names a provider."""

from __future__ import annotations

import logging
import traceback

import pytest

from stackdock.adapters.addresses import OutboundPolicy
from stackdock.adapters.contract import Resource
from stackdock.adapters.endpoint import Endpoint
from stackdock.adapters.identity import check_credentials
from stackdock.errors import (
    AccessRefused,
    AdapterError,
    CredentialsRejected,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
)
from stackdock.providers import ADAPTERS
from stackdock.resources import Status
from stackdock.simulators import ACCEPTED_TOKEN, SECRET_MARK, SIMULATORS, Fault, FaultRule, open_simulator
from tests.battery.reading import reading

SLUGS = sorted(set(ADAPTERS) & set(SIMULATORS))
LISTINGS = [pytest.param(slug, resource, id=f"{slug}-{resource.kind}") for slug in SLUGS for resource in ADAPTERS[slug].resources]
ENDPOINTS = [
    pytest.param(slug, resource, resource.source, id=f"{slug}-{resource.kind}")
    for slug in SLUGS
    for resource in ADAPTERS[slug].resources
    if isinstance(resource.source, Endpoint) and resource.source.next_page
]
LARGE = 1_680  # enough for a second page of every paged listing


def test_there_is_something_to_read() -> None:
    assert len(SLUGS) >= 2
    assert len(LISTINGS) >= 6
    assert len(ENDPOINTS) >= 5


@pytest.mark.parametrize("slug", SLUGS)
async def test_every_listing_is_whole_with_each_id_once(slug: str) -> None:
    async with reading(slug, size=LARGE) as reader:
        simulated = {name: len(listing) for name, listing in reader.running.simulator.listings.items()}
        for resource in reader.adapter.resources:
            fields = await reader.read(resource)
            assert len(fields) in simulated.values()
            assert len({one.external_id for one in fields}) == len(fields) > 0


@pytest.mark.parametrize(("slug", "resource", "endpoint"), ENDPOINTS)
async def test_all_pages_are_followed(slug: str, resource: Resource, endpoint: Endpoint) -> None:
    """Every page is asked for, once, whatever the size; the simulator knows how many there are."""
    async with reading(slug, size=LARGE) as reader:
        fields = await reader.read(resource)
        listing = reader.running.simulator.listings[endpoint.path.strip("/")]
        asked = reader.running.simulator.requests_by_path[endpoint.path]
        assert len(fields) == len(listing)
        assert asked == -(-len(listing) // int(endpoint.params["per_page"])) >= 2


@pytest.mark.parametrize(("slug", "resource"), LISTINGS)
async def test_an_empty_account_is_an_empty_listing(slug: str, resource: Resource) -> None:
    async with reading(slug, size=0) as reader:
        assert await reader.read(resource) == []
    async with reading(slug, fault="empty_list") as reader:
        assert await reader.read(resource) == []


@pytest.mark.parametrize(("slug", "resource"), LISTINGS)
async def test_every_status_word_is_known_and_kept(slug: str, resource: Resource) -> None:
    async with reading(slug, size=LARGE) as reader:
        for _ in range(50):
            reader.running.simulator.evolve()
        fields = await reader.read(resource)
    for one in fields:
        assert (one.status_word is None) == (resource.mapper.status is None)
        assert one.status is not Status.UNKNOWN or one.status_word == "unknown"


@pytest.mark.parametrize(("slug", "resource"), LISTINGS)
async def test_every_mapped_field_and_fact_is_filled_for_some_resource(slug: str, resource: Resource) -> None:
    async with reading(slug, size=LARGE) as reader:
        fields = [one.model_dump() for one in await reader.read(resource)]
    empty = {name for name in resource.mapper.fields if not any(one[name] not in (None, "", []) for one in fields)}
    never = {name for name in resource.mapper.facts if not any(name in one["facts"] for one in fields)}
    assert empty | never == set()


@pytest.mark.parametrize("slug", SLUGS)
async def test_reading_twice_gives_the_same(slug: str) -> None:
    async with reading(slug) as reader:
        for resource in reader.adapter.resources:
            assert await reader.read(resource) == await reader.read(resource)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.UNAUTHORIZED, CredentialsRejected),
        (Fault.FORBIDDEN, AccessRefused),
        (Fault.NOT_FOUND, UnexpectedResponse),
        (Fault.RATE_LIMITED, RateLimited),
        (Fault.SERVER_ERROR, ProviderUnavailable),
        (Fault.TIMEOUT, ProviderUnavailable),
        (Fault.TRUNCATED_JSON, UnexpectedResponse),
        (Fault.EMPTY, UnexpectedResponse),
        (Fault.HTML, UnexpectedResponse),
    ],
)
@pytest.mark.parametrize(("slug", "resource"), LISTINGS)
async def test_a_fault_raises_the_class_that_decides_what_happens_next(
    slug: str, resource: Resource, fault: Fault, error: type[AdapterError]
) -> None:
    async with reading(slug, fault=fault) as reader:
        with pytest.raises(error) as caught:
            await reader.read(resource)
    assert ADAPTERS[slug].name in caught.value.message


@pytest.mark.parametrize(
    "fault",
    [Fault.MISSING_PAGE, Fault.REPEATED_PAGE, Fault.TRUNCATED_JSON, Fault.EMPTY, Fault.HTML, Fault.SERVER_ERROR, Fault.FORBIDDEN],
)
@pytest.mark.parametrize(("slug", "resource", "endpoint"), ENDPOINTS)
async def test_a_fault_on_a_later_page_gives_nothing_at_all(
    slug: str, resource: Resource, endpoint: Endpoint, fault: Fault
) -> None:
    async with reading(slug, size=LARGE) as reader:
        assert len(await reader.read(resource)) > int(endpoint.params["per_page"])
        reader.running.simulator.fault = FaultRule(fault, path=endpoint.path, from_page=2)
        with pytest.raises(AdapterError):
            await reader.read(resource)


@pytest.mark.parametrize("slug", SLUGS)
async def test_a_fault_of_one_listing_leaves_the_others_alone(slug: str) -> None:
    async with reading(slug) as reader:
        broken, *others = [resource for resource in reader.adapter.resources if isinstance(resource.source, Endpoint)]
        assert isinstance(broken.source, Endpoint)
        reader.running.simulator.fault = FaultRule(Fault.FORBIDDEN, path=broken.source.path)
        with pytest.raises(AccessRefused):
            await reader.read(broken)
        for resource in others:
            assert await reader.read(resource)


@pytest.mark.parametrize(("slug", "resource", "endpoint"), ENDPOINTS)
async def test_a_next_page_elsewhere_gets_no_request(slug: str, resource: Resource, endpoint: Endpoint) -> None:
    async with open_simulator(slug) as elsewhere:
        async with reading(slug, size=LARGE, fault="foreign_next") as reader:
            reader.running.simulator.foreign_origin = elsewhere.base_url.removesuffix(elsewhere.simulator.prefix)
            if reader.running.simulator.pages_by_number:
                assert await reader.read(resource), "the link is not followed, and nothing is missing"
            else:
                with pytest.raises(UnexpectedResponse):
                    await reader.read(resource)
        assert elsewhere.simulator.requests == 0


@pytest.mark.parametrize("slug", SLUGS)
async def test_planted_secrets_never_come_out(slug: str) -> None:
    async with reading(slug, size=LARGE) as reader:
        out = [one.model_dump_json() for resource in reader.adapter.resources for one in await reader.read(resource)]
    assert len(out) > LARGE
    assert SECRET_MARK not in "".join(out)


@pytest.mark.parametrize("slug", SLUGS)
async def test_the_token_is_in_no_log_repr_or_error(slug: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "wr0ng-t0ken-of-somebody"
    shown: list[str] = []
    async with reading(slug, token=wrong) as reader:
        for resource in reader.adapter.resources:
            with pytest.raises(CredentialsRejected) as caught:
                await reader.read(resource)
            shown += ["".join(traceback.format_exception(caught.value)), repr(caught.value)]
        shown += [repr(reader), repr(reader.session), repr(reader.adapter)]
    assert wrong not in "\n".join([*shown, caplog.text])


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("prefix", ["with", "without"])
async def test_credentials_are_checked_at_an_address_with_or_without_the_prefix(slug: str, prefix: str) -> None:
    async with open_simulator(slug) as running:
        base_url = running.base_url if prefix == "with" else running.base_url.removesuffix(running.simulator.prefix)
        policy = OutboundPolicy(allow_hosts=frozenset({running.address[0]}))
        identity = await check_credentials(ADAPTERS[slug], {"token": ACCEPTED_TOKEN}, base_url=base_url + "/", policy=policy)
        assert identity.warnings == ()
        with pytest.raises(CredentialsRejected):
            await check_credentials(ADAPTERS[slug], {"token": "wrong-token"}, base_url=base_url, policy=policy)
