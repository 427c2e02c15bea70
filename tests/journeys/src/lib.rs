//! Starts the built programs and speaks to them as the panel would.
