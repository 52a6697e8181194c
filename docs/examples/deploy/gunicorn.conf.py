"""gunicorn reads this file by itself in the folder it is started in."""

bind = "127.0.0.1:8000"
workers = 2
worker_class = "gthread"
threads = 4
timeout = 30  # seconds
# Seconds; longer than nginx keeps idle connections, so that it never uses a closed one.
keepalive = 75
