//! Definitions and rules → assertions.
