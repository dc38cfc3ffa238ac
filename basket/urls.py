from django.urls import path

from basket import views

app_name = "basket"

urlpatterns = [
    path("", views.show, name="show"),
    path("add/<int:page_id>/", views.add, name="add"),
    path("update/<int:sku_id>/", views.update, name="update"),
    path("remove/<int:sku_id>/", views.remove, name="remove"),
    path("empty/", views.empty, name="empty"),
    path("coupon/", views.coupon, name="coupon"),
]
