//! Benchmarks; each is a binary of its own under `src/bin`.
