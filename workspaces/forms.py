"""Shape and wording of what people type about workspaces and projects."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from workspaces.models import GRANTED, Project, Role, Workspace


class WorkspaceForm(forms.ModelForm[Workspace]):
    class Meta:
        model = Workspace
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class WorkspaceSettingsForm(WorkspaceForm):
    class Meta(WorkspaceForm.Meta):
        fields = ["name", "slug", "description"]
        help_texts = {"slug": "A short name for programs: letters, digits, - and _, and no other workspace has it."}


class MemberForm(forms.Form):
    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=[(role.value, role.label) for role in GRANTED], initial=Role.EDITOR)


class DeleteWorkspaceForm(forms.Form):
    """Typing the name, because this cannot be undone."""

    name = forms.CharField(
        label="Type the name of the workspace", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data: Mapping[str, Any] | None, *, workspace: Workspace) -> None:
        super().__init__(data)
        self.workspace_name = workspace.name

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.workspace_name.strip():
            raise forms.ValidationError(f"This is not its name. Type “{self.workspace_name}”.")
        return name


class ProjectForm(forms.ModelForm[Project]):
    class Meta:
        model = Project
        fields = ["workspace", "name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"name": "The question this is about, such as “Which customers leave”."}

    def __init__(self, data: Mapping[str, Any] | None, *, workspaces: QuerySet[Workspace], current: object) -> None:
        super().__init__(data, initial={"workspace": current})
        self.fields["workspace"] = forms.ModelChoiceField(workspaces, empty_label=None)
