"""The wording of a bot: its sentences, files of them, and the words that its values are written with."""
