"""What the Makefile runs on the dependencies: their licences, known weaknesses, and the bill of materials. Not installed."""
