//! `Report` → bytes, one file per format.
