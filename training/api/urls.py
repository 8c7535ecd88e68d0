from django.urls import path

from training.api import views

urlpatterns = [
    path("algorithms", views.AlgorithmsView.as_view(), name="algorithms"),
    path("training", views.TrainingView.as_view(), name="training"),
    path("training/jobs", views.JobsView.as_view(), name="jobs"),
    path("training/status", views.StatusView.as_view(), name="job-status"),
    path("training/<uuid:pk>", views.JobView.as_view(), name="job"),
    path("training/<uuid:pk>/stop", views.StopView.as_view(), name="job-stop"),
    path("training/<uuid:pk>/reproduce", views.ReproduceView.as_view(), name="job-reproduce"),
    path("training/<uuid:pk>/events", views.EventsView.as_view(), name="job-events"),
    path("training/<uuid:pk>/leaderboard", views.LeaderboardView.as_view(), name="job-leaderboard"),
    path("training/<uuid:pk>/download", views.JobDownloadView.as_view(), name="job-download"),
    path("models", views.ModelsView.as_view(), name="models"),
    path("models/compare", views.CompareView.as_view(), name="models-compare"),
    path("models/<uuid:pk>/explanation", views.ModelExplanationView.as_view(), name="model-explanation"),
    path("models/<uuid:pk>", views.ModelView.as_view(), name="model"),
    path("models/<uuid:pk>/metrics", views.ModelMetricsView.as_view(), name="model-metrics"),
    path("models/<uuid:pk>/download", views.ModelDownloadView.as_view(), name="model-download"),
]
