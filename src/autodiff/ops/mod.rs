//! The operations: a file each, with the formula, the VJP beside it and the method of [`Tape`](super::Tape) that records it.
//! A further one is its file and its line here. An operation's name on a tape is the name of its file.

pub mod add;
pub mod conv1d;
pub mod cross_entropy;
pub mod folded;
pub mod gaussian_nll;
pub mod linear;
pub mod reverse;
