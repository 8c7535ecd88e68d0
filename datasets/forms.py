"""Shape and wording of an upload."""

from django import forms


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # the service says what is wrong with it, in the same words on every door
        help_text="CSV, TSV, JSON or JSONL, with a header row if there is one.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.gz,.parquet"}),
    )
    name = forms.CharField(max_length=200, required=False, help_text="Taken from the file's name if left empty.")
