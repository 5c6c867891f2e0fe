//! The commands as a person or a script gives them, with real files and real sockets.

mod doctor;
mod man;
mod program;
mod serve;
mod tier;
mod transfer;
