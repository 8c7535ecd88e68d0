"""“Use this model”: calls with the real id and a real row, to copy."""

import json
from typing import Any

from training.models import ModelVersion


def example_row(model: ModelVersion) -> dict[str, Any]:
    """A row as the model was trained on: an example value for each input."""
    return {field["name"]: field["example"] for field in model.input_schema}


def for_model(model: ModelVersion, *, base_url: str) -> list[dict[str, str]]:
    """Ready code by language: `[{"label", "code"}]`."""
    url = f"{base_url}/api/models/{model.pk}/predict"
    row = {"features": example_row(model)}
    body = json.dumps(row, indent=2, ensure_ascii=False)
    quoted = body.replace("'", "'\\''")
    curl = (
        f"curl {url} \\\n  -H 'Authorization: Bearer '\"$TOKEN\" \\\n  -H 'Content-Type: application/json' \\\n"
        f"  -d '{quoted}'"
    )
    python = (
        "import os\n\nimport httpx\n\n"
        f"answer = httpx.post(\n    {url!r},\n"
        '    headers={"Authorization": f"Bearer {os.environ[\'TOKEN\']}"},\n'
        f'    json={row!r},\n)\nanswer.raise_for_status()\nprint(answer.json()["prediction"])'
    )
    return [{"label": "curl", "code": curl}, {"label": "Python", "code": python}]
