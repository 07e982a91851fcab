"""Amazon Web Services. Source: botocore's service models; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/

The source is code, because boto3 signs and pages by itself, blocks, and works region by region. The mapper stays data.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import Any, TypeVar

from stackdock.adapters.boto import Boto, as_our_error
from stackdock.adapters.contract import Adapter, CredentialField, Identity, Page, Resource
from stackdock.adapters.mapper import Item, Mapper, StatusMap, dig
from stackdock.adapters.session import BLOCKING_AT_ONCE, Session
from stackdock.errors import UnexpectedResponse
from stackdock.resources import ServerFields, Status

T = TypeVar("T")

NAME = "AWS"
HOME_REGION = "us-east-1"  # STS and the list of regions answer here for every region
ITEMS_PER_PAGE = 500
OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eusc-")  # their accounts, keys and consoles are not those of the main one


async def _call(session: Session, where: str, function: Callable[[], T]) -> T:
    """Run blocking boto3 code in a thread; its errors become ours."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        return await session.run_blocking(function)
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        raise as_our_error(error, NAME, session.secrets, where) from None


async def _open(session: Session) -> Boto:
    """boto3 with the dock's credentials, or with those of the role they may take on."""
    loop = asyncio.get_running_loop()
    given = session.credentials
    boto = await _call(session, "its software kit", lambda: Boto(session, given, loop))
    if "role_arn" not in given:
        return boto
    asked = {"RoleArn": given["role_arn"], "RoleSessionName": "stackdock"}
    if "external_id" in given:
        asked["ExternalId"] = given["external_id"]
    answer = await _call(session, "the role", lambda: boto.client("sts", HOME_REGION).assume_role(**asked))
    role = answer["Credentials"]
    taken = {"access_key_id": role["AccessKeyId"], "token": role["SecretAccessKey"], "session_token": role["SessionToken"]}
    return Boto(session, taken, loop)


async def _identify(session: Session) -> Identity:
    boto = await _open(session)
    answer = await _call(session, "the caller's identity", lambda: boto.client("sts", HOME_REGION).get_caller_identity())
    return Identity(account=dig(answer, "Account"))


class RegionalListing:
    """One EC2 listing of every region that is enabled for the account.

    A region that cannot be read fails the whole listing: resources of a region nobody could ask about are not gone.
    """

    def __init__(self, operation: str, items: Callable[[Mapping[str, Any]], list[Any]]) -> None:
        self._operation = operation
        self._items = items

    async def pages(self, session: Session) -> AsyncGenerator[Page]:
        boto = await _open(session)
        answer = await _call(session, "the list of regions", lambda: boto.client("ec2", HOME_REGION).describe_regions())
        names = (region["RegionName"] for region in answer.get("Regions", []))
        regions = sorted(name for name in names if not name.startswith(OTHER_PARTITIONS))
        if not regions:
            raise UnexpectedResponse(f"{NAME} names no region, so nothing could be read.")
        # The first pages are fetched ahead, a few regions at a time: most regions are empty. A slot is free again when its
        # region has been handed on, so that no more than a few pages are in memory.
        slots = asyncio.Semaphore(BLOCKING_AT_ONCE)
        beginnings = [asyncio.create_task(self._begin(session, boto, region, slots)) for region in regions]
        try:
            for region, beginning in zip(regions, beginnings, strict=True):
                answer, rest = await beginning
                while answer is not None:
                    yield Page([{**item, "Region": region} for item in self._items(answer)])
                    answer = await self._next(session, region, rest)
                slots.release()
        finally:
            for beginning in beginnings:
                beginning.cancel()
            await asyncio.gather(*beginnings, return_exceptions=True)

    async def _begin(self, session: Session, boto: Boto, region: str, slots: asyncio.Semaphore) -> tuple[Any, Iterator[Any]]:
        await slots.acquire()
        client = await _call(session, region, lambda: boto.client("ec2", region))
        rest = iter(client.get_paginator(self._operation).paginate(PaginationConfig={"PageSize": ITEMS_PER_PAGE}))
        return await self._next(session, region, rest), rest

    async def _next(self, session: Session, region: str, rest: Iterator[Any]) -> Any:
        return await _call(session, f"{self._operation} in {region}", lambda: next(rest, None))


def _tag(instance: Item, name: str) -> str | None:
    return next((tag["Value"] for tag in instance.get("Tags", []) if tag["Key"] == name and tag["Value"]), None)


def _tags(instance: Item) -> list[str]:
    pairs = [(tag["Key"], tag["Value"]) for tag in instance.get("Tags", [])]
    return sorted(f"{key}={value}" if value else key for key, value in pairs if key != "Name" and not key.startswith("aws:"))


def _cpu_count(instance: Item) -> int | None:
    cores, threads = dig(instance, "CpuOptions.CoreCount"), dig(instance, "CpuOptions.ThreadsPerCore")
    return cores * threads if cores and threads else None


def _console_url(instance: Item) -> str:
    region = instance["Region"]
    return f"https://{region}.console.aws.amazon.com/ec2/home?region={region}#InstanceDetails:instanceId={instance['InstanceId']}"


SERVERS = Resource(
    source=RegionalListing("describe_instances", lambda answer: [i for r in answer["Reservations"] for i in r["Instances"]]),
    keep=lambda instance: dig(instance, "State.Name") != "terminated",  # they linger in the listing for about an hour
    mapper=Mapper(
        kind=ServerFields,
        fields={
            "external_id": "InstanceId",
            "name": lambda instance: _tag(instance, "Name") or instance["InstanceId"],
            "region": "Region",
            "created_at": "LaunchTime",
            "console_url": _console_url,
            "public_ipv4": "PublicIpAddress",
            "public_ipv6": "NetworkInterfaces.0.Ipv6Addresses.0.Ipv6Address",
            "private_ipv4": "PrivateIpAddress",
            "size": "InstanceType",
            "cpu_count": _cpu_count,
            "image": "ImageId",
            "provider_tags": _tags,
        },
        status=StatusMap(
            source="State.Name",
            known={
                Status.ACTIVE: ("running",),
                Status.PENDING: ("pending", "stopping", "shutting-down"),
                Status.STOPPED: ("stopped",),
            },
        ),
        facts={
            "availability_zone": "Placement.AvailabilityZone",
            "architecture": "Architecture",
            "lifecycle": "InstanceLifecycle",  # spot, scheduled; on-demand ones have none
            "platform": "PlatformDetails",
            "subnet": "SubnetId",
            "vpc": "VpcId",
        },
    ),
)

ADAPTER = Adapter(
    slug="aws",
    name=NAME,
    credentials=(
        CredentialField(name="access_key_id", label="Access key id", help="Begins with AKIA, or with ASIA for a temporary key."),
        CredentialField(name="token", label="Secret access key", help="Shown once, when the access key is created."),
        CredentialField(name="session_token", label="Session token", help="Only with a temporary key.", required=False),
        CredentialField(
            name="role_arn",
            label="Role to take on",
            help="arn:aws:iam::…:role/…; empty to use the key itself.",
            secret=False,
            required=False,
        ),
        CredentialField(
            name="external_id",
            label="External id",
            help="Where the role's trust policy asks for one.",
            secret=False,
            required=False,
        ),
    ),
    verify=_identify,
    resources=(SERVERS,),
    token_page_url="https://console.aws.amazon.com/iam/home#/users",
    scope_help="The policy needs ec2:DescribeRegions and ec2:DescribeInstances in every enabled region.",
)
