"""The room of assembly: settings, rules, store, gateway and worker become what an app holds."""
