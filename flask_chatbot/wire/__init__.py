"""The JSON of the contract, read and written: webhook calls, answers, API calls, and their OpenAPI description."""
