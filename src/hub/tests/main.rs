//! What a hub does with what it is fed, one behaviour a file.

mod bench;

mod close_reasons;
mod connect_refusals;
mod connecting;
mod counters;
mod determinism;
mod device_identities;
mod keep_alive;
mod not_built;
mod protocol_violations;
mod quotas;
mod random_input;
mod reading_events;
mod requests;
mod retention;
mod secrets;
mod sessions;
mod subscribing;
mod taking_over;
mod telemetry;
mod throttling;
mod token_expiry;
mod wildcard_ids;
mod wills;
