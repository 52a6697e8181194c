"""The JSON Schema of rule files: it types plain data, and its refusals become plain sentences."""
