"""`python -m proof.chaos_sequencer KEY`: the log's sequencer, on the database of DATABASE_URL."""

import os
import sys
from pathlib import Path

from entente.audit import sequencing

ORIGIN = "chaos.example/entente"

if __name__ == "__main__":
    signer = sequencing.signer_from(Path(sys.argv[1]), ORIGIN)
    sequencing.keep_sequencing(
        os.environ["DATABASE_URL"], signer, say=lambda text: sys.stdout.write(f"{text}\n")
    )
