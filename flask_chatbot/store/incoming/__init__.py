"""Messages that came in by HTTP and wait for their answer: each is kept before the call is answered, and known again afterwards."""
