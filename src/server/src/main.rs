//! `iothub-playground`: the program that a person starts.

fn main() {}
