"""Requests to a transport that is open in another process, as JSON: for files, and for the steps of linking a phone."""
