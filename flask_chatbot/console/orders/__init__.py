"""The pages about what rules save: orders, complaints, answers to a survey, as tables."""
