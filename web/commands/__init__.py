"""The subcommands of `tiaokuan`, one small module each. Add a new one to the list in web/cli.py."""
