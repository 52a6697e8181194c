"""The guarded HTTP client: where calls may go, how long and how much they may take, and how they are signed."""
