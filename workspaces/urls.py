from django.urls import path

from workspaces import views

app_name = "workspaces"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-up", views.sign_up, name="sign_up"),
    path("workspaces", views.workspace_list, name="workspace_list"),
    path("workspaces/new", views.workspace_new, name="workspace_new"),
    path("projects/new", views.project_new, name="project_new"),
]
