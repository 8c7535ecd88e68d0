"""Shape and wording of what people type about workspaces and projects."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from workspaces.models import Project, Workspace


class WorkspaceForm(forms.ModelForm[Workspace]):
    class Meta:
        model = Workspace
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class ProjectForm(forms.ModelForm[Project]):
    class Meta:
        model = Project
        fields = ["workspace", "name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"name": "The question this is about, such as “Which customers leave”."}

    def __init__(self, data: Mapping[str, Any] | None, *, workspaces: QuerySet[Workspace], current: object) -> None:
        super().__init__(data, initial={"workspace": current})
        self.fields["workspace"] = forms.ModelChoiceField(workspaces, empty_label=None)
