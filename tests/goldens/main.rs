//! Values computed by other programs, kept beside the tests as `.json`, each with its own description.

mod flow;
