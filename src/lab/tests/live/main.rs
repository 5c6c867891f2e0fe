//! A bench with a live hub: what crosses the wires, what it learns, and what it says of trouble.

mod answers;
mod calls;
mod knowledge;
mod links;
mod reading;
mod rights;
mod table;
mod trouble;
