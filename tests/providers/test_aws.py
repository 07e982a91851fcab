from __future__ import annotations

import json
from typing import Any

import boto3
import httpx
import pytest

from stackdock.adapters.identity import check_credentials
from stackdock.cli.moto import RunningMoto, ec2_client
from stackdock.errors import (
    AccessRefused,
    CredentialsRejected,
)
from stackdock.providers.aws import ADAPTER
from stackdock.resources import Status
from tests.providers.ec2_reading import KEY, LOOPBACK, read


def run_instances(moto: RunningMoto, region: str, count: int, name: str = "") -> list[str]:
    tags = [{"Key": "Name", "Value": name}, {"Key": "env", "Value": "prod"}] if name else []
    specification = {"TagSpecifications": [{"ResourceType": "instance", "Tags": tags}]} if tags else {}
    made = ec2_client(moto, region).run_instances(ImageId="ami-12c6146b", MinCount=count, MaxCount=count, **specification)
    return [instance["InstanceId"] for instance in made["Instances"]]


async def test_servers_of_every_region_are_listed_and_terminated_ones_are_not(moto: RunningMoto) -> None:
    europe = run_instances(moto, "eu-central-1", 3, "web")
    america = run_instances(moto, "us-west-2", 4)
    ec2_client(moto, "eu-central-1").terminate_instances(InstanceIds=europe[:1])
    ec2_client(moto, "us-west-2").stop_instances(InstanceIds=america[:1])
    servers = {fields.external_id: fields for fields in await read(moto.base_url)}
    assert set(servers) == {*europe[1:], *america}
    web, stopped = servers[europe[1]].model_dump(), servers[america[0]]
    assert (web["name"], web["region"], web["status"], web["provider_tags"]) == (
        "web",
        "eu-central-1",
        Status.ACTIVE,
        ["env=prod"],
    )
    assert web["created_at"].tzinfo is not None
    assert web["public_ipv4"]
    assert web["private_ipv4"]
    assert web["size"]
    assert web["facts"]["availability_zone"].startswith("eu-central-1")
    assert (stopped.name, stopped.region) == (america[0], "us-west-2")  # without a name, the id
    assert (stopped.status, stopped.status_word) == (Status.STOPPED, "stopped")


async def test_an_account_without_servers_is_an_empty_listing(moto: RunningMoto) -> None:
    assert await read(moto.base_url) == []


async def test_the_account_is_found_out_from_the_key(moto: RunningMoto) -> None:
    identity = await check_credentials(ADAPTER, KEY, base_url=moto.base_url, policy=LOOPBACK)
    assert identity.account == "123456789012"


async def test_a_role_is_taken_on_before_anything_is_read(moto: RunningMoto) -> None:
    run_instances(moto, "eu-central-1", 1)
    role = {"role_arn": "arn:aws:iam::222222222222:role/reader", "external_id": "stackdock-1"}
    identity = await check_credentials(ADAPTER, {**KEY, **role}, base_url=moto.base_url, policy=LOOPBACK)
    assert identity.account == "222222222222"
    assert await read(moto.base_url, {**KEY, **role}) == []  # the instance belongs to the other account
    assert len(await read(moto.base_url)) == 1


async def test_a_wrong_secret_is_rejected_and_a_right_one_without_permission_is_refused(moto: RunningMoto) -> None:
    iam: Any = boto3.client(
        "iam", region_name="us-east-1", endpoint_url=moto.base_url, aws_access_key_id="a", aws_secret_access_key="b"
    )
    keys: dict[str, dict[str, str]] = {}
    for user, allowed in (("reader", "ec2:*"), ("stranger", "s3:*")):
        iam.create_user(UserName=user)
        statement = {"Effect": "Allow", "Action": [allowed], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user] = {"access_key_id": key["AccessKeyId"], "token": key["SecretAccessKey"]}
    httpx.post(f"{moto.base_url}/moto-api/reset-auth", content=b"0", trust_env=False).raise_for_status()
    assert await read(moto.base_url, keys["reader"]) == []
    with pytest.raises(CredentialsRejected, match="AWS was not able to validate"):
        await read(moto.base_url, {**keys["reader"], "token": "wrong"})
    with pytest.raises(CredentialsRejected):
        await check_credentials(ADAPTER, {**keys["reader"], "token": "wrong"}, base_url=moto.base_url, policy=LOOPBACK)
    with pytest.raises(AccessRefused, match=r"UnauthorizedOperation|AccessDenied"):
        await read(moto.base_url, keys["stranger"])
