//! Bytes in: files, archives, streams; out: a stream of artifacts, each with its origin.
