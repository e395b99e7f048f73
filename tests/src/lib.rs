//! Tests of what several programs do together; see `tests/`.
