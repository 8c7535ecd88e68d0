from django.urls import path

from accounts.api import staff, views

urlpatterns = [
    path("auth/login", views.LoginView.as_view(), name="login"),
    path("auth/refresh", views.RefreshView.as_view(), name="refresh"),
    path("auth/logout", views.LogoutView.as_view(), name="logout"),
    path("auth/password", views.PasswordView.as_view(), name="password"),
    path("auth/password/reset", views.PasswordResetView.as_view(), name="password_reset"),
    path("auth/password/reset/confirm", views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("api-keys", views.ApiKeysView.as_view(), name="api-keys"),
    path("api-keys/<uuid:pk>", views.ApiKeyView.as_view(), name="api-key"),
    path("admin/users", staff.PeopleView.as_view(), name="people"),
    path("admin/users/<uuid:pk>/credits", staff.GrantView.as_view(), name="person-credits"),
    path("admin/users/<uuid:pk>/reset-password", staff.ResetLinkView.as_view(), name="person-reset-password"),
    path("credits", views.CreditsView.as_view(), name="credits"),
    path("credits/ledger", views.LedgerView.as_view(), name="ledger"),
]
