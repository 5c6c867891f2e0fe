//! What a hub does with what it is fed, one behaviour a file.

mod bench;
mod stores;

mod access;
mod bulk;
mod certificates;
mod close_reasons;
mod connect_refusals;
mod connecting;
mod determinism;
mod device_identities;
mod edge_identities;
mod keep_alive;
mod methods;
mod methods_waiting;
mod modules;
mod not_built;
mod protocol_violations;
mod query_syntax;
mod random_input;
mod reading_events;
mod registry_store;
mod requests;
mod retention;
mod secrets;
mod sessions;
mod statistics;
mod subscribing;
mod taking_over;
mod telemetry;
mod token_expiry;
mod wildcard_ids;
mod wills;
