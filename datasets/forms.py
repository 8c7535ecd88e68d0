"""Shape and wording of an upload, and of what cannot be undone."""

from collections.abc import Mapping
from typing import Any

from django import forms

from datasets.models import Dataset


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # the service says what is wrong with it, in the same words on every door
        help_text="With a header row if there is one. A sheet of Excel goes as CSV.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.gz,.parquet"}),
    )
    name = forms.CharField(max_length=200, required=False, help_text="Taken from the file's name if left empty.")


class VersionForm(UploadForm):
    name = None  # type: ignore[assignment]  # a version has none of its own


class PurgeForm(forms.Form):
    """Typing the name, because this cannot be undone."""

    name = forms.CharField(label="Type the name of the dataset", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Mapping[str, Any] | None, *, dataset: Dataset) -> None:
        super().__init__(data)
        self.dataset_name = dataset.name

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.dataset_name.strip():
            raise forms.ValidationError(f"This is not its name. Type “{self.dataset_name}”.")
        return name
