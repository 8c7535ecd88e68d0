from django.urls import path

from accounts.api import views

urlpatterns = [
    path("auth/login", views.LoginView.as_view(), name="login"),
    path("auth/refresh", views.RefreshView.as_view(), name="refresh"),
    path("auth/logout", views.LogoutView.as_view(), name="logout"),
    path("auth/me", views.MeView.as_view(), name="me"),
    path("auth/password", views.PasswordView.as_view(), name="password"),
    path("auth/password/reset", views.PasswordResetView.as_view(), name="password_reset"),
    path("auth/password/reset/confirm", views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("api-keys", views.ApiKeysView.as_view(), name="api-keys"),
    path("api-keys/<uuid:pk>", views.ApiKeyView.as_view(), name="api-key"),
    path("credits", views.CreditsView.as_view(), name="credits"),
    path("credits/ledger", views.LedgerView.as_view(), name="ledger"),
]
