"""Assembly: settings, rules, store, gateway and worker become the state that an app holds."""
