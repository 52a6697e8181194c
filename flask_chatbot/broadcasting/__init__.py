"""Broadcasting: one text, template or rule for everybody on a list: read, previewed, started once, sent at its line's pace, stopped."""
