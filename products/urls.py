from django.urls import path

from products import views

app_name = "products"

urlpatterns = [
    path("", views.ask, name="alert_ask"),
    path("<str:key>/", views.alert, name="alert"),
    path("<str:key>/stop/", views.stop, name="alert_stop"),
]
