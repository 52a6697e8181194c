"""What all tests share: an environment without the developer's own settings."""

import os

from hypothesis import settings

# Read when an app starts, and by every child process a test starts. CHATBOT_TEST_* says what the machine has for tests.
for name in [each for each in os.environ if each.startswith(("CHATBOT_", "FLASK_")) and not each.startswith("CHATBOT_TEST_")]:
    del os.environ[name]

# A machine under load is no failure.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
