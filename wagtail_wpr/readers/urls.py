"""Where readers come in; included under the namespace ``wagtail_wpr``."""

from __future__ import annotations

from django.urls import path

from wagtail_wpr.readers import views


urlpatterns = [
    path("register/", views.register, name="register"),
    path("resend/", views.resend, name="resend"),
    path("code/", views.enter_code, name="enter_code"),
    path("log-in/", views.log_in, name="log_in"),
    path("log-out/", views.log_out, name="log_out"),
    path("sign-in/<str:token>/", views.sign_in, name="sign_in"),
    path("account/", views.account, name="account"),
]
