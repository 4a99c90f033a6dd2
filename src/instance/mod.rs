//! The arena tree every syntax lowers to.
