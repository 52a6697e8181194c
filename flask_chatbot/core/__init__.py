"""The rule engine. Pure: no Flask, no database, no network; clock and randomness come in as arguments."""
