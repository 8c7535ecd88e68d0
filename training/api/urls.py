from django.urls import path

from training.api import algorithms, jobs, models

urlpatterns = [
    path("algorithms", algorithms.AlgorithmsView.as_view(), name="algorithms"),
    path("training", jobs.TrainingView.as_view(), name="training"),
    path("training/jobs", jobs.JobsView.as_view(), name="jobs"),
    path("training/status", jobs.StatusView.as_view(), name="job-status"),
    path("training/<uuid:pk>", jobs.JobView.as_view(), name="job"),
    path("training/<uuid:pk>/stop", jobs.StopView.as_view(), name="job-stop"),
    path("training/<uuid:pk>/reproduce", jobs.ReproduceView.as_view(), name="job-reproduce"),
    path("training/<uuid:pk>/events", jobs.EventsView.as_view(), name="job-events"),
    path("training/<uuid:pk>/leaderboard", jobs.LeaderboardView.as_view(), name="job-leaderboard"),
    path("training/<uuid:pk>/download", jobs.JobDownloadView.as_view(), name="job-download"),
    path("models", models.ModelsView.as_view(), name="models"),
    path("models/compare", models.CompareView.as_view(), name="models-compare"),
    path("models/<uuid:pk>/explanation", models.ModelExplanationView.as_view(), name="model-explanation"),
    path("models/<uuid:pk>", models.ModelView.as_view(), name="model"),
    path("models/<uuid:pk>/metrics", models.ModelMetricsView.as_view(), name="model-metrics"),
    path("models/<uuid:pk>/download", models.ModelDownloadView.as_view(), name="model-download"),
]
