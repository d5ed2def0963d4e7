"""The commands of `outpost`, one module per family. Each imports its rooms only when it runs: `--help` is quick."""
