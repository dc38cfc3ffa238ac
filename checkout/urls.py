from django.urls import path

from checkout import return_views, views

app_name = "checkout"

urlpatterns = [
    path("", views.checkout, name="checkout"),
    path("withdraw/", return_views.find_order, name="find_order"),  # no token is so short
    path("<slug:token>/", views.order_status, name="status"),
    path("<slug:token>/return/", return_views.ask_return, name="return"),
    path("<slug:token>/withdraw/", return_views.withdraw, name="withdraw"),
    path("<slug:token>/pay/", views.pay, name="pay"),
    path("<slug:token>/cancel/", views.cancel, name="cancel"),
    path("<slug:token>/put-back/", views.put_back, name="put_back"),
    path("<slug:token>/demo/", views.demo, name="demo"),
    path("<slug:token>/<slug:number>.pdf", views.invoice, name="invoice"),
    path("<slug:token>/credit-notes/<slug:number>.pdf", views.credit_note, name="credit_note"),
]
