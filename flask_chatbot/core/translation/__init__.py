"""Messages for authors and callers: written in English where they arise, and translated where they are printed."""
