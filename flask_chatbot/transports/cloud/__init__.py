"""`cloud`: a number of Meta's Cloud API, called directly; what it sends, how its webhooks are read, and what its errors mean."""
