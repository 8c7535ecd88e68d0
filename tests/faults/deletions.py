"""Things that are deleted under a job that waits for them or uses them."""

from collections import Counter
from functools import partial

from tests.faults.registry import fault
from tests.faults.scene import Scene, eventually, flowers, gone, long_table
from tests.journeys.conftest import PASSWORD, Person, a_newcomer
from tests.racing import at_once

ROW = {"features": {"length": 4.2, "width": 2.5, "colour": "red"}}


@fault(
    "F12-data", "delete a dataset, twice at once, while its jobs run and wait", "204 and 404; the jobs fail, refunded"
)
def delete_the_dataset(scene: Scene) -> str:
    person = scene.person
    dataset = person.upload(long_table(), "doomed.csv")
    wish = {"target": "y", "algorithm": "random_forest", "params": {"n_estimators": 30}}
    jobs = [person.train(dataset, **wish)["id"] for _ in range(4)]
    person.until(f"training/{jobs[0]}", "state", "running")

    answers = at_once(*[partial(_delete, person, f"datasets/{dataset}")] * 2)
    ended = [scene.ended(job) for job in jobs]

    assert sorted(answers) == [204, 404], answers
    assert {job["state"] for job in ended} == {"failed"}, ended
    assert [scene.movements(job) for job in jobs] == [[-1, 1]] * 4
    return f"{sorted(answers)}; 4 failed, refunded: {ended[0]['error']}"


@fault("F12-project", "delete a project and a workspace with a running job in it", "409, and the job goes on")
def delete_what_holds_it(scene: Scene) -> str:
    person = scene.person
    job, _ = scene.begun_long(trees=40)
    workspace = person.got(f"projects/{person.project}")["workspace"]

    answers = [_delete(person, f"projects/{person.project}"), _delete(person, f"workspaces/{workspace}")]

    assert answers == [409, 409], answers
    assert scene.ended(job)["state"] == "succeeded"
    return f"{answers}, succeeded"


@fault("F12-person", "close an account, twice at once, while its jobs run and wait",
       "all of theirs is gone, fits included; their token is dead")  # fmt: skip
def close_the_account(scene: Scene) -> str:
    person = a_newcomer(scene.product)
    dataset = person.upload(long_table(), "long.csv")
    wish = {"target": "y", "algorithm": "random_forest", "params": {"n_estimators": 2000}}
    for _ in range(4):
        person.train(dataset, **wish)
    fit = eventually(scene.product.fits, "a process that fits")[0]

    close = partial(_delete, person, "auth/me", {"password": PASSWORD})
    answers = at_once(close, close)

    assert 204 in answers, answers
    assert set(answers) <= {204, 401, 404}, answers
    assert gone(fit, within_s=10), "its fit runs on"
    assert person.ask("GET", "projects")[0] == 401
    scene.works()
    return f"{sorted(answers)}, fits gone, token 401, next job done"


@fault("F12-model", "archive a model while it is asked", "each answered 200 was charged once, each other never")
def archive_the_model(scene: Scene) -> str:
    person = a_newcomer(scene.product)
    dataset = person.upload(flowers(), "flowers.csv")
    model = person.ended(scene.start_quick(person, dataset))["model"]
    before = person.credits

    asks = [partial(_predict, person, model)] * 12
    answers = at_once(*asks, partial(_delete, person, f"models/{model}"), *asks)

    statuses = Counter(answers[:12] + answers[13:])
    assert answers[12] == 204, answers[12]
    assert set(statuses) <= {200, 409}, statuses
    assert person.credits == before - 5 * statuses[200]
    assert _predict(person, model) == 409
    return f"{dict(statuses)}, charged {statuses[200]} times"


def _delete(person: Person, path: str, body: object = None) -> int:
    return person.ask("DELETE", path, body)[0]


def _predict(person: Person, model: str) -> int:
    return person.ask("POST", f"models/{model}/predict", ROW)[0]
