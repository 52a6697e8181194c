"""gunicorn reads this file by itself in the folder it is started in."""

# It listens on 127.0.0.1:8000 or, where PORT is set, on that port of all addresses.
workers = 2
worker_class = "gthread"
threads = 4
timeout = 30  # seconds
# Seconds that requests under way have to end in at SIGTERM.
graceful_timeout = 30
# Seconds; longer than nginx keeps idle connections, so that it never uses a closed one.
keepalive = 75
