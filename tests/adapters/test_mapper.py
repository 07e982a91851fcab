from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from stackdock.adapters.mapper import Mapper, StatusMap, as_tags, dig
from stackdock.errors import UnexpectedResponse
from stackdock.resources import BlockVolumeFields, ServerFields, Status
from tests.adapters.paged_api import MAPPER, server


def test_a_field_that_the_kind_does_not_have_fails_when_the_mapper_is_built() -> None:
    with pytest.raises(TypeError, match="memory_gb"):
        Mapper(kind=ServerFields, fields={"external_id": "id", "name": "name", "memory_gb": "memory"})


@pytest.mark.parametrize("left_out", ["external_id", "name"])
def test_an_id_and_a_name_must_be_mapped(left_out: str) -> None:
    fields = {name: name for name in ("external_id", "name") if name != left_out}
    with pytest.raises(TypeError, match=left_out):
        Mapper(kind=ServerFields, fields=fields)


@pytest.mark.parametrize("name", ["status", "status_word", "facts"])
def test_status_and_facts_have_their_own_place_in_a_mapper(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        Mapper(kind=ServerFields, fields={"external_id": "id", "name": "name", name: "x"})


def test_a_status_word_that_means_two_things_fails_when_the_map_is_built() -> None:
    with pytest.raises(TypeError, match="twice"):
        StatusMap(source="status", known={Status.ACTIVE: ("running",), Status.PENDING: ("Running",)})


@pytest.mark.parametrize(
    ("word", "status"),
    [("running", Status.ACTIVE), ("RUNNING", Status.ACTIVE), ("off", Status.STOPPED), ("exploding", Status.UNKNOWN)],
)
def test_our_status_stands_beside_the_providers_own_word(word: str, status: Status) -> None:
    fields = MAPPER(server(1, status=word))
    assert (fields.status, fields.status_word) == (status, word)


@pytest.mark.parametrize("word", [None, "", 7, {"state": "running"}])
def test_a_state_that_is_no_word_is_unknown(word: object) -> None:
    fields = MAPPER(server(1, status=word))
    assert (fields.status, fields.status_word) == (Status.UNKNOWN, None)


def test_a_resource_whose_provider_tells_no_state_is_active() -> None:
    volume = Mapper(kind=BlockVolumeFields, fields={"external_id": "id", "name": "name"})(server(1))
    assert (volume.status, volume.status_word) == (Status.ACTIVE, None)


def test_only_mapped_fields_and_named_facts_leave_the_adapter() -> None:
    fields = MAPPER(server(1, password="hunter2", zone="z1", config={"token": "hunter2"}))
    assert "hunter2" not in fields.model_dump_json()
    assert fields.facts == {"zone": "z1"}


@pytest.mark.parametrize("zone", [{"password": "hunter2"}, [{"password": "hunter2"}], ["z1", ["hunter2"]]])
def test_a_fact_that_is_no_plain_value_is_refused_without_showing_it(zone: object) -> None:
    with pytest.raises(UnexpectedResponse) as caught:
        MAPPER(server(1, zone=zone))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"memory": "hunter2"}, {"memory": {"of": "hunter2"}}, {"name": {"first": "hunter2"}}, {"name": None}]
)
def test_an_unusable_value_is_refused_by_the_name_of_its_field(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedResponse, match=r"server.*(memory_mib|name)") as caught:
        MAPPER(server(1, **wrong))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("identity", [None, "", {"of": 1}, True])
def test_an_item_without_an_id_is_refused(identity: object) -> None:
    with pytest.raises(UnexpectedResponse, match="id"):
        MAPPER.external_id({"id": identity, "name": "x"})


def test_an_id_is_text_whatever_the_provider_sends() -> None:
    assert MAPPER(server(2**40)).external_id == str(2**40)


def test_a_number_no_column_holds_is_refused() -> None:
    assert MAPPER(server(1, memory=2**31 - 1)).model_dump()["memory_mib"] == 2**31 - 1
    with pytest.raises(UnexpectedResponse, match="memory_mib"):
        MAPPER(server(1, memory=2**31))


def test_long_and_dirty_text_is_made_fit_for_a_database() -> None:
    fields = MAPPER(server(1, name="a\x00b\ud800c\nd" + "x" * 10_000_000))
    assert fields.name.startswith("a\ufffdb\ufffdc\ufffdd")
    assert len(fields.name) == 512
    fields.name.encode()


@pytest.mark.parametrize("field", ["id", "url"])
def test_what_names_another_thing_is_never_cut_short(field: str) -> None:
    with pytest.raises(UnexpectedResponse):
        MAPPER(server(1, **{field: "x" * 2_000}))


def test_an_instant_keeps_its_zone_and_one_without_a_zone_is_refused() -> None:
    fields = MAPPER(server(1, created="2026-01-02T03:04:05+02:00"))
    assert fields.created_at == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
    aware = datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert MAPPER(server(1, created=aware)).created_at == aware
    for naive in ("2026-01-02T03:04:05", datetime(2026, 1, 2)):  # noqa: DTZ001
        with pytest.raises(UnexpectedResponse, match="created_at"):
            MAPPER(server(1, created=naive))


def test_what_the_provider_does_not_say_stays_empty() -> None:
    fields = MAPPER({"id": 1, "name": "x"})
    assert (fields.created_at, fields.region, fields.facts) == (None, None, {})
    assert fields.model_dump()["memory_mib"] is None


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b", 1), ("list.1.c", 3), ("list.9.c", None), ("a.b.c", None), ("list.c", None), ("missing", None), ("text.0", None)],
)
def test_a_dotted_path_leads_to_a_value_or_to_nothing(path: str, value: object) -> None:
    assert dig({"a": {"b": 1}, "list": [{"c": 2}, {"c": 3}], "text": "abc"}, path) == value


def test_labels_become_tags_in_an_order_that_never_changes() -> None:
    assert as_tags({"b": "2", "a": "", "c": None}) == as_tags({"c": None, "b": "2", "a": ""}) == ["a", "b=2", "c"]
    assert as_tags(None) == []


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00"])
def test_an_instant_that_does_not_exist_in_utc_is_refused(instant: str) -> None:
    mapper = Mapper(kind=ServerFields, fields={"external_id": "id", "name": "name", "created_at": "created"})
    with pytest.raises(UnexpectedResponse, match="created_at"):
        mapper(server(1, created=instant))
    assert mapper(server(1, created=instant[:19] + "Z")).model_dump()["created_at"]


@pytest.mark.parametrize("zone", [float("inf"), float("nan")])
def test_a_fact_that_is_no_number_is_refused(zone: float) -> None:
    with pytest.raises(UnexpectedResponse, match="zone"):
        MAPPER(server(1, zone=zone))


def test_text_in_every_place_is_made_fit_for_a_database() -> None:
    dirty = "a\x00b\ud800c"
    fields = MAPPER(server(1, name=dirty, zone=dirty, status=dirty))
    clean = "a\ufffdb\ufffdc"
    assert (fields.name, fields.facts["zone"], fields.status_word) == (clean, clean, clean)
