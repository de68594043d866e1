"""The normal form of a job at Tork's door."""

from windlass.coordinator.dialects.tork.documents import (
    AutoDelete,
    Document,
    Each,
    Limits,
    Schedule,
    Sidecar,
    Task,
    Wait,
    decode,
    encode,
)


def test_fields_come_in_torks_order_and_without_the_empty_ones() -> None:
    document = Document(
        auto_delete=AutoDelete(after="1h"),
        tasks=(Task(priority=2, condition="false", env={"B": "2", "A": ""}, name="t"),),
        name="j",
    )
    assert encode(document) == (
        '{"name":"j","tasks":[{"name":"t","env":{"A":"","B":"2"},"if":"false","priority":2}],'
        '"autoDelete":{"after":"1h"}}'
    )


def test_what_was_encoded_decodes_to_the_same() -> None:
    each = Each(list="sequence(1,3)", task=Task(name="x", sidecars=(Sidecar(name="s"),)))
    document = Document(name="j", tasks=(Task(name="t", each=each, limits=Limits()),))
    assert decode(encode(document)) == document


def test_wait_is_not_part_of_what_is_stored() -> None:
    assert encode(Document(name="j", wait=Wait(timeout="5s"))) == '{"name":"j"}'


def test_only_a_scheduled_job_has_a_cron_text() -> None:
    assert Document(schedule=Schedule(cron="@daily")).cron == "@daily"
    assert Document().cron == ""
