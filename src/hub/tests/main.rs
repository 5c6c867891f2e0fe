//! What a hub does with what it is fed, one behaviour a file.

mod bench;

mod close_reasons;
mod cloud_to_device_delivery;
mod cloud_to_device_life;
mod cloud_to_device_sending;
mod cloud_to_device_stories;
mod connect_refusals;
mod connecting;
mod determinism;
mod device_http;
mod device_identities;
mod device_telemetry_http;
mod feedback;
mod keep_alive;
mod not_built;
mod protocol_violations;
mod purging;
mod random_input;
mod reading_events;
mod requests;
mod retention;
mod secrets;
mod sessions;
mod stores;
mod subscribing;
mod taking_over;
mod telemetry;
mod token_expiry;
mod wildcard_ids;
mod wills;
