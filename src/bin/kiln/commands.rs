//! One file a command: its arguments and what it does.

pub mod check;
pub mod init;
pub mod synth;
