"""What is served over HTTP: the webhook, the platform's API and the health check, inside any host application."""
