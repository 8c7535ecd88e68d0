from django.urls import path

from datasets.api import views

urlpatterns = [
    path("datasets", views.DatasetsView.as_view(), name="datasets"),
    path("datasets/upload", views.UploadView.as_view(), name="dataset-upload"),
    path("datasets/samples", views.SamplesView.as_view(), name="dataset-samples"),
    path("datasets/<uuid:pk>", views.DatasetView.as_view(), name="dataset"),
    path("datasets/<uuid:pk>/preview", views.PreviewView.as_view(), name="dataset-preview"),
]
