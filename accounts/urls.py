from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.SignInView.as_view(), name="sign_in"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("password-reset", views.password_reset, name="password_reset"),
    path("password-reset/<uuid:uid>/<str:token>", views.password_reset_confirm, name="password_reset_confirm"),
    path("account", views.profile, name="profile"),
    path("account/password", views.password_change, name="password_change"),
    path("account/keys", views.key_list, name="keys"),
    path("account/keys/<uuid:key_id>", views.key_detail, name="key"),
    path("account/keys/<uuid:key_id>/revoke", views.key_revoke, name="key_revoke"),
    path("account/credits", views.credit_history, name="credits"),
]
