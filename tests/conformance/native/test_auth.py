"""Every operation asks for the scope it declares, and for no more."""

from typing import Any, cast

import pytest

from tests.support.http import BASE, Client, an_app
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Scope

ID = "00000000-0000-7000-8000-000000000000"


def operations() -> list[tuple[str, str, str | None]]:
    """Method, address, and the scope that the document says it needs."""
    app = an_app(cast(Engine, None))
    paths: Any = app.test_client().get(f"{BASE}/openapi.json").json["paths"]  # type: ignore[index]  # a response of JSON has it
    return [
        (method.upper(), path, about["security"][0]["token"][0])
        for path in paths
        for method, about in paths[path].items()
    ]


@pytest.fixture(scope="module")
def secrets(lasting_client: Client) -> dict[str, str]:
    """One token of each scope; the door is closed from here on."""
    made: dict[str, str] = {}
    headers: dict[str, str] = {}
    for scope in reversed(Scope):
        response = lasting_client.post(
            f"{BASE}/tokens", json={"name": f"the-{scope}", "scope": scope}, headers=headers
        )
        made[scope] = response.json["secret"]
        headers = {"Authorization": f"Bearer {made[Scope.ADMIN]}"}
    return made


def call(client: Client, method: str, path: str, **headers: str) -> Any:
    address = path.replace("{name}", "nobody").replace("{slug}", "nothing")
    for name in ("job_id", "task_id", "attempt_id", "schedule_id"):
        address = address.replace(f"{{{name}}}", ID)
    return client.open(BASE + address, method=method, headers=headers)


@pytest.mark.parametrize(("method", "path", "needed"), operations())
def test_an_operation_takes_exactly_the_scopes_it_declares(
    lasting_client: Client, secrets: dict[str, str], method: str, path: str, needed: str
) -> None:
    assert call(lasting_client, method, path).status_code == 401
    for scope, secret in secrets.items():
        response = call(lasting_client, method, path, Authorization=f"Bearer {secret}")
        if Scope(scope).includes(Scope(needed)):
            assert response.status_code not in {401, 403}
        else:
            assert response.status_code == 403
            assert response.json["error"]["code"] == "forbidden"


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer", "Basic Og==", "Bearer wl_" + "x" * 43, "Bearer \x7f"]
)
def test_a_wrong_token_is_told_how_to_do_better(
    lasting_client: Client, secrets: dict[str, str], header: str
) -> None:
    response = lasting_client.get(f"{BASE}/jobs", headers={"Authorization": header})

    assert response.status_code == 401
    assert response.json["error"]["code"] == "unauthorized"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/-/live", "/-/ready", f"{BASE}/docs", f"{BASE}/openapi.json"])
def test_some_addresses_need_no_token(
    lasting_client: Client, secrets: dict[str, str], path: str
) -> None:
    assert lasting_client.get(path).status_code == 200


def test_metrics_need_a_token_as_well(lasting_client: Client, secrets: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {secrets[Scope.READ]}"}

    assert lasting_client.get("/-/metrics").status_code == 401
    assert lasting_client.get("/-/metrics", headers=headers).status_code == 200


def test_a_revoked_token_is_known_no_more(lasting_client: Client, secrets: dict[str, str]) -> None:
    admin = {"Authorization": f"Bearer {secrets[Scope.ADMIN]}"}
    made = lasting_client.post(
        f"{BASE}/tokens", json={"name": "short", "scope": "read"}, headers=admin
    ).json
    short = {"Authorization": f"Bearer {made['secret']}"}
    assert lasting_client.get(f"{BASE}/jobs", headers=short).status_code == 200

    assert lasting_client.delete(f"{BASE}/tokens/short", headers=admin).status_code == 204

    assert lasting_client.get(f"{BASE}/jobs", headers=short).status_code == 401


def test_the_first_token_must_not_lock_everybody_out(client: Client) -> None:
    response = client.post(f"{BASE}/tokens", json={"name": "reader", "scope": "read"})

    assert response.status_code == 400
    assert "lock everybody out" in response.json["error"]["errors"][0]["message"]
    assert client.get(f"{BASE}/jobs").status_code == 200


def test_a_name_is_given_once(lasting_client: Client, secrets: dict[str, str]) -> None:
    admin = {"Authorization": f"Bearer {secrets[Scope.ADMIN]}"}

    response = lasting_client.post(
        f"{BASE}/tokens", json={"name": "the-read", "scope": "read"}, headers=admin
    )

    assert response.status_code == 409
