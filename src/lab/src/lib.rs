//! One bench: a hub, devices, service programs, a clock that can be moved, and the trace of all that crossed the wire.

pub mod view;
