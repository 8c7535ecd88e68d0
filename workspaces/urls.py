from django.urls import path

from workspaces.views import home, members, settings

app_name = "workspaces"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-up", home.sign_up, name="sign_up"),
    path("workspaces", home.workspace_list, name="workspace_list"),
    path("workspaces/new", home.workspace_new, name="workspace_new"),
    path("workspaces/<uuid:workspace_id>/members", members.member_list, name="members"),
    path("workspaces/<uuid:workspace_id>/members/<uuid:member_id>/role", members.role, name="role"),
    path("workspaces/<uuid:workspace_id>/members/<uuid:member_id>/remove", members.remove, name="remove"),
    path("workspaces/<uuid:workspace_id>/members/<uuid:member_id>/hand-over", members.hand_over, name="hand_over"),
    path("workspaces/<uuid:workspace_id>/settings", settings.workspace_settings, name="settings"),
    path("workspaces/<uuid:workspace_id>/audit", settings.audit_trail, name="audit"),
    path("workspaces/<uuid:workspace_id>/delete", settings.delete, name="delete"),
    path("projects/new", home.project_new, name="project_new"),
]
