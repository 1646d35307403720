//! Stories live beside this file as test targets; the library itself is empty.
