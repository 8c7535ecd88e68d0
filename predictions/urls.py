from django.urls import path

from predictions import views

app_name = "predictions"
urlpatterns = [
    path("models/<uuid:model_id>/predict", views.predict, name="predict"),
    path("projects/<uuid:project_id>/predictions", views.prediction_list, name="list"),
    path("predictions/<uuid:prediction_id>", views.prediction_detail, name="detail"),
]
