from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.SignInView.as_view(), name="sign_in"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("account", views.profile, name="profile"),
    path("account/password", views.password_change, name="password_change"),
    path("account/credits", views.credit_history, name="credits"),
]
