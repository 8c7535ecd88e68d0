from django.urls import path

from mlplatform.api import views

urlpatterns = [
    path("auth/me", views.MeView.as_view(), name="me"),
    path("admin/users/<uuid:pk>", views.PersonView.as_view(), name="person"),
    path("admin/system", views.SystemView.as_view(), name="system"),
]
