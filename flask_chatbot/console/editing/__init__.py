"""The pages about rules: the list, the editor, its checks and trials, and saving by which nothing else of a file changes."""
