"""Who is answered what, at every address: the one table, and the test that walks the URL list against it."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, get_resolver
from rest_framework.test import APIClient

from accounts.models import User
from core.actor import Scope
from predictions.models import Prediction
from tests import contract, factories
from tests.factories import a_row
from workspaces.models import Membership, Role

# Addresses that belong to nobody: Django's admin has rules of its own, the others tell nothing of anybody.
SKIPPED = re.compile(r"(admin/.*|api-docs(\.json)?|redoc|live|ready|health|theme)")

CHOICE = {
    "target": "kind",
    "task": "classification",
    "features": ["length", "colour"],
    "algorithm": "logistic",
    "train_percentage": "80",
    "metric": "accuracy",
    "logistic-C": "1.0",
    "logistic-max_iter": "1000",
    "logistic-solver": "lbfgs",
}
FILLED = {f"f{place}": value for place, value in enumerate(["4.2", "2.5", "red", "yes", "2024-05-03", "12.1"])}
RENAMED = {"name": "Renamed"}
FILL = {"kind": "impute", "columns": ["width"]}


MEMBERS = ["viewer", "editor", "admin", "owner"]
KEYS = ["read key", "predict key"]  # the editor's
ROLES = ["anonymous", "stranger", "staff", *MEMBERS, *KEYS]


class Whose(Enum):
    EVERYBODYS = "everybody is answered the same"
    ONES_OWN = "every signed-in person is answered of their own things"
    THE_WORKSPACES = "members only, as their role allows: strangers and staff find nothing"
    STAFFS = "staff only: everybody else is refused"


@dataclass(frozen=True)
class Case:
    """One method of one address: what somebody who may do this sends and is answered.

    `least` is the role from which on a member may: by default a viewer looks, and an editor, who made everything,
    changes. `row` names the row to ask for, where it is not the usual one. `key` names the scope an API key needs, or
    is "none" where no key may come; by default `read` to look and `write`, which none here has, to change. `differs`
    holds the roles that are answered otherwise than the rule has it.
    """

    answer: int
    whose: Whose = Whose.THE_WORKSPACES
    body: dict[str, Any] = field(default_factory=dict)
    least: str = ""
    row: str = ""
    key: str = ""
    differs: dict[str, int] = field(default_factory=dict)

    def expected(self, method: str, *, is_api: bool) -> dict[str, int]:
        """The status each role is answered with."""
        rule = dict.fromkeys(ROLES, self.answer)
        if self.whose is Whose.EVERYBODYS:
            return rule
        rule |= {"anonymous": 401 if is_api else 302}
        if self.whose is Whose.THE_WORKSPACES:
            least = self.least or ("viewer" if method == "GET" else "editor")
            rule |= dict.fromkeys(["stranger", "staff"], 404) | dict.fromkeys(MEMBERS[: MEMBERS.index(least)], 403)
        if self.whose is Whose.STAFFS:
            rule |= dict.fromkeys(["stranger", *MEMBERS], 403)
        return rule | self._of_keys(method, rule, is_api=is_api) | self.differs

    def _of_keys(self, method: str, rule: dict[str, int], *, is_api: bool) -> dict[str, int]:
        """The editor's answer for a key of the scope that is needed, a refusal for others; no page knows keys."""
        if not is_api:
            return dict.fromkeys(KEYS, (rule | self.differs)["anonymous"])
        needed = self.key or ("read" if method == "GET" else "write")
        return {name: rule["editor"] if name == f"{needed} key" else 403 for name in KEYS}


def own(answer: int, **body: Any) -> Case:
    return Case(answer, Whose.ONES_OWN, body)


def account(answer: int, **body: Any) -> Case:
    """Of one's own account, where no API key comes."""
    return Case(answer, Whose.ONES_OWN, body, key="none")


def staffs(answer: int, **body: Any) -> Case:
    return Case(answer, Whose.STAFFS, body, key="none")


def everybodys(answer: int) -> Case:
    return Case(answer, Whose.EVERYBODYS)


SEEN = Case(200)
FOR_STAFF = staffs(200)
ITS_CALLERS = Case(200, differs=dict.fromkeys(["viewer", "admin", "owner"], 404))
IN_THE_PROJECT = {"project": "project"}
IN_THE_WORKSPACE = {"workspace": "workspace", "name": "Next"}
NOT_THEIRS = dict.fromkeys(["viewer", "admin", "owner"], 404)  # a person's own, whatever the workspace
# The form is shown again: it lists only where one may make things.
NO_SUCH_CHOICE = dict.fromkeys(["stranger", "staff", "viewer"], 400)
SOMEBODY = {"email": "somebody@example.org", "role": "editor"}
FOR_ADMINS = Case(200, least="admin")

PAGES = {
    "": {"GET": own(302)},
    "sign-in": {"GET": Case(302, Whose.ONES_OWN, differs={"anonymous": 200})},
    "sign-up": {"GET": Case(302, Whose.ONES_OWN, differs={"anonymous": 200})},
    "sign-out": {"POST": everybodys(302)},
    "password-reset": {"GET": everybodys(200), "POST": Case(302, Whose.EVERYBODYS, {"email": "nobody@example.org"})},
    "password-reset/<uuid:uid>/<str:token>": {"GET": everybodys(200), "POST": everybodys(400)},
    "account": {"GET": own(200)},
    "account/password": {"GET": own(200)},
    "account/keys": {"GET": own(200), "POST": own(200, name="CI", scopes=["read"], lifetime="")},
    "account/keys/<uuid:key_id>": {
        "GET": Case(200, differs=NOT_THEIRS),
        "POST": Case(302, body=RENAMED, differs=NOT_THEIRS),
    },
    "account/keys/<uuid:key_id>/revoke": {
        "GET": Case(200, differs=NOT_THEIRS),
        "POST": Case(302, differs=NOT_THEIRS),
    },
    "account/credits": {"GET": own(200)},
    "account/close": {"GET": own(200), "POST": own(400)},
    "workspaces": {"GET": own(200)},
    "workspaces/new": {"GET": own(200), "POST": own(302, name="Lab")},
    "workspaces/<uuid:workspace_id>/members": {"GET": SEEN, "POST": Case(302, body=SOMEBODY, least="admin")},
    "workspaces/<uuid:workspace_id>/members/<uuid:member_id>/role": {
        "POST": Case(302, body={"role": "editor"}, least="admin")
    },
    "workspaces/<uuid:workspace_id>/members/<uuid:member_id>/remove": {
        "GET": FOR_ADMINS,
        "POST": Case(302, least="admin"),
    },
    "workspaces/<uuid:workspace_id>/members/<uuid:member_id>/hand-over": {
        "GET": Case(200, least="owner"),
        "POST": Case(302, least="owner"),
    },
    "workspaces/<uuid:workspace_id>/settings": {
        "GET": SEEN,
        "POST": Case(302, body=RENAMED | {"slug": "renamed"}, least="admin"),
    },
    "workspaces/<uuid:workspace_id>/audit": {"GET": FOR_ADMINS},
    "workspaces/<uuid:workspace_id>/delete": {"GET": Case(200, least="owner"), "POST": Case(400, least="owner")},
    "projects/new": {"GET": own(200), "POST": Case(302, body=IN_THE_WORKSPACE, differs=NO_SUCH_CHOICE)},
    "projects/<uuid:project_id>": {"GET": SEEN},
    "projects/<uuid:project_id>/data": {"GET": SEEN},
    "projects/<uuid:project_id>/data/upload": {"GET": SEEN, "POST": Case(302, body={"file": "file"})},
    "projects/<uuid:project_id>/data/sample": {"POST": Case(302, body={"key": "iris"})},
    "data/<uuid:dataset_id>": {"GET": SEEN},
    "data/<uuid:dataset_id>/reading": {"GET": Case(302)},
    "data/<uuid:dataset_id>/columns/<int:position>": {"GET": SEEN},
    "data/<uuid:dataset_id>/quality": {"GET": SEEN},
    "data/<uuid:dataset_id>/relations": {"GET": SEEN},
    "data/<uuid:dataset_id>/columns": {"GET": SEEN, "POST": Case(302, body={"schema": "1", "dtype-1": "category"})},
    "data/<uuid:dataset_id>/versions": {"GET": SEEN, "POST": Case(302, body={"file": "file"})},
    "data/<uuid:dataset_id>/versions/<int:number>/delete": {"GET": SEEN, "POST": Case(302)},
    "data/<uuid:dataset_id>/download": {"GET": SEEN},
    "data/<uuid:dataset_id>/bad-rows": {"GET": SEEN},
    "data/<uuid:dataset_id>/purge": {"GET": FOR_ADMINS, "POST": Case(302, body={"name": "flowers"}, least="admin")},
    "data/<uuid:dataset_id>/used-by": {"GET": SEEN},
    "data/<uuid:dataset_id>/steps": {"GET": SEEN, "POST": Case(302, body={"do": "clear"}, least="viewer")},
    "projects/<uuid:project_id>/recipes": {"GET": SEEN},
    "recipes/<uuid:recipe_id>": {"GET": SEEN, "POST": Case(302, body=RENAMED)},
    "recipes/<uuid:recipe_id>/delete": {"GET": SEEN, "POST": Case(302)},
    "data/<uuid:dataset_id>/delete": {"GET": SEEN, "POST": Case(302)},
    "data/<uuid:dataset_id>/train": {"GET": Case(200, least="editor"), "POST": Case(302, body=CHOICE)},
    "projects/<uuid:project_id>/training": {"GET": SEEN},
    "training/<uuid:job_id>": {"GET": SEEN},
    "training/<uuid:job_id>/stop": {"GET": SEEN, "POST": Case(302)},
    "training/<uuid:job_id>/again": {"POST": Case(302)},
    "projects/<uuid:project_id>/models": {"GET": SEEN},
    "projects/<uuid:project_id>/models/compare": {"GET": Case(400)},  # no two are named
    "models/<uuid:model_id>": {"GET": SEEN},
    "models/<uuid:model_id>/evaluation": {"GET": SEEN},
    "models/<uuid:model_id>/importance": {"GET": SEEN},
    "models/<uuid:model_id>/download": {"GET": SEEN},
    "models/<uuid:model_id>/restore": {"GET": SEEN, "POST": Case(302)},
    "models/<uuid:model_id>/deprecate": {"GET": SEEN, "POST": Case(302)},
    "models/<uuid:model_id>/archive": {"GET": SEEN, "POST": Case(302)},
    "models/<uuid:model_id>/predict": {"GET": SEEN, "POST": Case(200, body=FILLED)},
    "projects/<uuid:project_id>/predictions": {"GET": SEEN},
    "predictions/<uuid:prediction_id>": {"GET": ITS_CALLERS},
}
API = {
    "api/auth/register": {"POST": everybodys(400)},
    "api/auth/login": {"POST": everybodys(400)},
    "api/auth/refresh": {"POST": everybodys(400)},
    "api/auth/logout": {"POST": everybodys(400)},
    "api/auth/me": {"GET": account(200), "PATCH": account(200, full_name="Ada"), "DELETE": account(400)},
    "api/auth/password": {"POST": account(400)},
    "api/auth/password/reset": {"POST": everybodys(400)},
    "api/auth/password/reset/confirm": {"POST": everybodys(400)},
    "api/api-keys": {"GET": account(200), "POST": account(201, name="CI")},
    "api/api-keys/<uuid:pk>": {
        "GET": Case(200, key="none", differs=NOT_THEIRS),
        "PATCH": Case(200, body=RENAMED, key="none", differs=NOT_THEIRS),
        "DELETE": Case(204, key="none", differs=NOT_THEIRS),
    },
    "api/admin/users": {"GET": FOR_STAFF},
    "api/admin/users/<uuid:pk>": {
        "GET": FOR_STAFF,
        "PATCH": staffs(200, is_active=False),
        "DELETE": staffs(204),
    },
    "api/admin/users/<uuid:pk>/credits": {"POST": staffs(201, amount=5, reason="A gift")},
    "api/admin/users/<uuid:pk>/reset-password": {"POST": staffs(202)},
    "api/admin/system": {"GET": FOR_STAFF},
    "api/credits": {"GET": own(200)},
    "api/credits/ledger": {"GET": own(200)},
    "api/workspaces": {"GET": own(200), "POST": own(201, name="Lab")},
    "api/workspaces/<uuid:pk>": {
        "GET": SEEN,
        "PATCH": Case(200, body=RENAMED, least="admin"),
        "DELETE": Case(409, least="owner"),
    },
    "api/workspaces/<uuid:pk>/members": {"GET": SEEN, "POST": Case(201, body=SOMEBODY, least="admin")},
    "api/workspaces/<uuid:pk>/members/<uuid:member_id>": {
        "GET": SEEN,
        "PATCH": Case(200, body={"role": "editor"}, least="admin"),
        "DELETE": Case(204, least="admin"),
    },
    "api/workspaces/<uuid:pk>/audit": {"GET": FOR_ADMINS},
    "api/projects": {"GET": own(200), "POST": Case(201, body=IN_THE_WORKSPACE)},
    "api/projects/<uuid:pk>": {"GET": SEEN, "PATCH": Case(200, body=RENAMED), "DELETE": Case(409, least="admin")},
    "api/datasets": {"GET": own(200)},
    "api/datasets/upload": {"POST": Case(201, body=IN_THE_PROJECT | {"file": "file"})},
    "api/datasets/samples": {"GET": own(200), "POST": Case(201, body=IN_THE_PROJECT | {"key": "iris"})},
    "api/datasets/<uuid:pk>": {"GET": SEEN, "PATCH": Case(200, body=RENAMED), "DELETE": Case(204)},
    "api/datasets/<uuid:pk>/preview": {"GET": SEEN},
    "api/datasets/<uuid:pk>/profile": {"GET": SEEN},
    "api/datasets/<uuid:pk>/pair": {"GET": Case(200, body={"x": "length", "y": "width"})},
    "api/datasets/<uuid:pk>/versions": {"GET": SEEN, "POST": Case(200, body={"file": "file"})},
    "api/datasets/<uuid:pk>/versions/<int:number>": {"GET": SEEN, "DELETE": Case(409)},
    "api/datasets/<uuid:pk>/download": {"GET": SEEN},
    "api/datasets/<uuid:pk>/bad-rows": {"GET": SEEN},
    "api/datasets/<uuid:pk>/purge": {"POST": Case(200, least="admin")},
    "api/feature-steps": {"GET": everybodys(200)},
    "api/datasets/<uuid:pk>/steps/preview": {"POST": Case(200, body={"steps": [FILL]}, least="viewer", key="read")},
    "api/recipes": {"GET": own(200), "POST": Case(201, body=IN_THE_PROJECT | {"name": "Next", "steps": [FILL]})},
    "api/recipes/<uuid:pk>": {"GET": SEEN, "PATCH": Case(200, body=RENAMED), "DELETE": Case(204)},
    "api/algorithms": {"GET": everybodys(200)},
    "api/training": {
        "GET": own(200),
        "POST": Case(201, body=IN_THE_PROJECT | {"dataset": "dataset", "target": "kind", "algorithm": "logistic"}),
    },
    "api/training/jobs": {"GET": own(200)},
    "api/training/status": {"GET": Case(200, body={"job_id": "job"})},
    "api/training/<uuid:pk>": {"GET": SEEN},
    "api/training/<uuid:pk>/stop": {"POST": Case(202)},
    "api/training/<uuid:pk>/reproduce": {"POST": Case(201)},
    "api/training/<uuid:pk>/events": {"GET": SEEN},
    "api/training/<uuid:pk>/leaderboard": {"GET": SEEN},
    "api/training/<uuid:pk>/download": {"GET": Case(200, row="finished")},
    "api/models": {"GET": own(200)},
    "api/models/compare": {"GET": own(400)},  # no two are named
    "api/models/<uuid:pk>/explanation": {"GET": SEEN},
    "api/models/<uuid:pk>": {"GET": SEEN, "PATCH": Case(200, body={"description": "New."}), "DELETE": Case(204)},
    "api/models/<uuid:pk>/metrics": {"GET": SEEN},
    "api/models/<uuid:pk>/download": {"GET": SEEN},
    "api/models/<uuid:pk>/predict": {"POST": Case(200, body={"features": a_row()}, key="predict")},
    "api/predictions": {"GET": own(200)},
    "api/predictions/<uuid:pk>": {"GET": ITS_CALLERS},
}
TABLE = PAGES | API
CASES = [(route, method) for route, methods in TABLE.items() for method in methods]


def addresses(patterns: Any = None, prefix: str = "") -> dict[str, Any]:
    """Every address of the URLconf with its view."""
    found: dict[str, Any] = {}
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            found[route] = each.callback
        elif not SKIPPED.fullmatch(route):
            found |= addresses(each.url_patterns, route)
    return {route: view for route, view in found.items() if not SKIPPED.fullmatch(route)}


@pytest.fixture
def rows(person, stranger, project):
    """A row of each kind, made by one who is an editor only; and somebody of each role beside them."""
    dataset = factories.a_dataset(person)
    model = factories.a_model(person)
    prediction = Prediction.objects.create(
        model=model, caller=person, rows=[a_row()], answers=[{"prediction": "long"}], warnings=[[]]
    )
    people = {"anonymous": None, "stranger": stranger, "staff": factories.a_person("stan"), "editor": person}
    User.objects.filter(pk=people["staff"].pk).update(is_staff=True, is_superuser=True)
    for role in (Role.VIEWER, Role.ADMIN, Role.OWNER):
        people[role] = factories.a_person(role)
        factories.join(people[role], project.workspace, role)
    Membership.objects.filter(user=person, workspace=project.workspace).update(role=Role.EDITOR)
    mia = factories.a_person("mia")  # whom the others may look at, or change
    factories.join(mia, project.workspace, Role.VIEWER)
    for scope in (Scope.READ, Scope.PREDICT):
        people[f"{scope} key"] = factories.a_key(person, scope)[1]
    return {
        "workspace": project.workspace,
        "project": project,
        "dataset": dataset,
        "job": factories.a_job(person, dataset),
        "finished": model.job,
        "model": model,
        "recipe": factories.a_recipe(person),
        "prediction": prediction,
        "key": factories.a_key(person)[0],
        "member": Membership.objects.get(user=mia, workspace=project.workspace),
        "mia": mia,
        "people": people,
    }


USUAL = {
    "password-reset": "workspace",  # nobody's link
    "workspaces": "workspace",
    "projects": "project",
    "datasets": "dataset",
    "data": "dataset",
    "training": "job",
    "models": "model",
    "recipes": "recipe",
    "predictions": "prediction",
    "api-keys": "key",
    "admin": "mia",
    "account": "key",
}


NESTED = {"<uuid:member_id>": "member"}


def filled(route: str, case: Case, rows: dict[str, Any]) -> str:
    """The route with the id of a real row in it."""
    kind = case.row or USUAL.get(route.removeprefix("api/").split("/")[0], "")
    route = re.sub(r"<int:[^>]+>", "1", route)
    return "/" + re.sub(r"<[^>]+>", lambda found: str(rows[NESTED.get(found[0], kind)].pk), route)


def sent(case: Case, rows: dict[str, Any]) -> dict[str, Any]:
    """The body with real ids and a real file in the places of their names."""
    body = {
        name: str(rows[value].pk) if isinstance(value, str) and value in rows else value
        for name, value in case.body.items()
    }
    return body | ({"file": SimpleUploadedFile("t.csv", factories.flowers())} if "file" in body else {})


def ask(person: Any, method: str, address: str, body: dict[str, Any]) -> Any:
    client = APIClient()
    if isinstance(person, str):
        client.credentials(HTTP_X_API_KEY=person)
    elif person is not None:
        client.force_login(person)
    if method == "GET":
        return client.get(address, body)
    is_form = "file" in body or not address.startswith("/api/")
    return getattr(client, method.lower())(address, body, format="multipart" if is_form else "json")


def ask_in_vain(*asked: Any) -> Any:
    """Ask, and undo what was done, so that the next one finds everything as it was."""
    with transaction.atomic():
        answer = ask(*asked)
        transaction.set_rollback(True)
    return answer


def test_every_address_is_in_the_table():
    found = addresses()

    missing, gone = set(found) - set(TABLE), set(TABLE) - set(found)
    assert not missing, f"say in TABLE who is answered what at: {sorted(missing)}"
    assert not gone, f"these addresses are no more: {sorted(gone)}"


@pytest.mark.parametrize("route", API)
def test_every_method_of_the_api_is_in_the_table(route):
    view = addresses()[route].cls

    methods = {name.upper() for name in view.http_method_names if hasattr(view, name)}
    assert methods - {"HEAD", "OPTIONS"} == set(API[route])


@pytest.mark.parametrize(("route", "method"), CASES, ids=[f"{method} /{route}" for route, method in CASES])
def test_everybody_is_answered_what_the_table_says(rows, route, method):
    case, address = TABLE[route][method], filled(route, TABLE[route][method], rows)
    expected = case.expected(method, is_api=address.startswith("/api/"))

    answers = {role: ask_in_vain(rows["people"][role], method, address, sent(case, rows)) for role in ROLES}

    assert {role: answer.status_code for role, answer in answers.items()} == expected
    if route in API:
        assert [wrong for answer in answers.values() for wrong in contract.broken(route, method, answer)] == []
    if case.whose is not Whose.EVERYBODYS and answers["anonymous"].status_code == 302:
        assert answers["anonymous"]["Location"].startswith("/sign-in?next=/")
