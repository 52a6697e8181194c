"""Messages that come in by HTTP: kept before the call is answered, decided after it, in the order of each chat."""
