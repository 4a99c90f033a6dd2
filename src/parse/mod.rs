//! One file per syntax: bytes → `Instance` plus syntax faults.
