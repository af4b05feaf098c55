"""The public pages and their neighbours."""

from django.urls import path

from codextime.site import machine_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("example", views.example, name="example"),
    path("help", views.help_page, name="help"),
    path("api", views.api, name="api"),
    path("privacy", views.privacy, name="privacy"),
    path("terms", views.terms, name="terms"),
    path("contact", views.contact, name="contact"),
    path("what-is-uploaded", views.what_is_uploaded, name="what_is_uploaded"),
    path("api-equivalent", views.api_equivalent, name="api_equivalent"),
    path("favicon.ico", machine_views.favicon, name="favicon"),
    path("robots.txt", machine_views.robots, name="robots"),
    path("sitemap.xml", machine_views.sitemap, name="sitemap"),
    path(".well-known/security.txt", machine_views.security, name="security"),
    path("healthz", views.health, name="health"),
    path("metrics", views.show_metrics, name="metrics"),
    path("readyz", views.ready, name="ready"),
]
