"""What pytest must not import here."""

collect_ignore = ["celery_shop.py"]  # it makes its app at import, as Celery wants it, from the environment of the process
