"""The HTTP routes: the webhook, the platform's API and the health check, inside any host application."""
