import pytest

from tests.factories import refused


@pytest.mark.parametrize("address", ["workspaces", "projects", "datasets", "models", "predictions", "training/jobs"])
def test_a_search_of_a_thousand_words_is_refused(api, address):
    answer = api.get(f"/api/{address}", {"search": " ".join(f"a{number}" for number in range(1_500))})

    assert refused(answer) == (400, "invalid", "search")


def test_a_search_of_ordinary_length_finds(api, project):
    assert api.get("/api/projects", {"search": "first"}).json()["count"] == 1
