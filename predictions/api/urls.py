from django.urls import path

from predictions.api import views

urlpatterns = [
    path("models/<uuid:pk>/predict", views.PredictView.as_view(), name="predict"),
    path("predictions", views.PredictionsView.as_view(), name="predictions"),
    path("predictions/<uuid:pk>", views.PredictionView.as_view(), name="prediction"),
]
