"""What all tests share: an environment without the developer's own settings."""

import os

from hypothesis import HealthCheck, settings

# Read when an app starts, and by every child process a test starts. CHATBOT_TEST_* says what the machine has for tests.
for name in [each for each in os.environ if each.startswith(("CHATBOT_", "FLASK_")) and not each.startswith("CHATBOT_TEST_")]:
    del os.environ[name]

# A machine under load is no failure. What judges a change tries the same examples each time; whoever works on it looks for new ones.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI")))
settings.load_profile("steady")
