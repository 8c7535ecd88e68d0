from django.urls import path

from workspaces.api import views

urlpatterns = [
    path("auth/register", views.RegisterView.as_view(), name="register"),
    path("workspaces", views.WorkspacesView.as_view(), name="workspaces"),
    path("workspaces/<uuid:pk>", views.WorkspaceView.as_view(), name="workspace"),
    path("workspaces/<uuid:pk>/members", views.MembersView.as_view(), name="members"),
    path("workspaces/<uuid:pk>/members/<uuid:member_id>", views.MemberView.as_view(), name="member"),
    path("workspaces/<uuid:pk>/audit", views.AuditView.as_view(), name="audit"),
    path("projects", views.ProjectsView.as_view(), name="projects"),
    path("projects/<uuid:pk>", views.ProjectView.as_view(), name="project"),
]
