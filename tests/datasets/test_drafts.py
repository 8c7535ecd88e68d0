from uuid import uuid4

from datasets.drafts import KEY, MOST_DRAFTS, Draft, draft_of, keep

FILL = {"kind": "impute", "columns": ["width"], "params": {}}


def test_draft_is_empty_at_first():
    assert draft_of({}, uuid4()) == Draft(steps=[], target="")


def test_draft_is_kept_for_its_dataset_alone():
    session, dataset = {}, uuid4()

    keep(session, dataset, Draft(steps=[FILL], target="kind"))

    assert draft_of(session, dataset) == Draft(steps=[FILL], target="kind")
    assert draft_of(session, uuid4()) == Draft()


def test_longest_untouched_draft_is_given_up():
    session, datasets = {}, [uuid4() for _ in range(MOST_DRAFTS + 1)]
    for dataset in datasets[:-1]:
        keep(session, dataset, Draft(steps=[FILL]))
    keep(session, datasets[0], Draft(steps=[FILL, FILL]))

    keep(session, datasets[-1], Draft(steps=[FILL]))

    assert list(session[KEY]) == [str(each) for each in [*datasets[2:-1], datasets[0], datasets[-1]]]


def test_mark_differs_with_steps_their_order_and_the_target():
    other = {**FILL, "columns": ["length"]}
    drafts = [Draft(), Draft(target="kind"), Draft(steps=[FILL, other]), Draft(steps=[other, FILL])]

    assert len({draft.mark for draft in drafts}) == 4
    assert Draft(steps=[FILL]).mark == Draft(steps=[dict(FILL)]).mark
