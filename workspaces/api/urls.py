from django.urls import path

from workspaces.api import views

urlpatterns = [
    path("auth/register", views.RegisterView.as_view(), name="register"),
    path("workspaces", views.WorkspacesView.as_view(), name="workspaces"),
    path("workspaces/<uuid:pk>", views.WorkspaceView.as_view(), name="workspace"),
    path("projects", views.ProjectsView.as_view(), name="projects"),
    path("projects/<uuid:pk>", views.ProjectView.as_view(), name="project"),
]
