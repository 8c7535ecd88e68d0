from django.urls import path

from datasets import views

app_name = "datasets"
urlpatterns = [
    path("projects/<uuid:project_id>/data", views.dataset_list, name="list"),
    path("projects/<uuid:project_id>/data/upload", views.upload, name="upload"),
    path("projects/<uuid:project_id>/data/sample", views.sample, name="sample"),
    path("data/<uuid:dataset_id>", views.dataset_detail, name="detail"),
    path("data/<uuid:dataset_id>/delete", views.dataset_delete, name="delete"),
]
