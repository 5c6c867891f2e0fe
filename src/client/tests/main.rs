//! The behaviour of the clients, one area a file, against a scripted hub that speaks bytes.

mod bench;
mod handle_bench;

mod always_answered;
mod cloud_to_device_calls;
mod connecting;
mod device_handle;
mod device_http;
mod direct_methods;
mod drain_rule;
mod handle_receives;
mod handle_twin;
mod keep_alive;
mod monitoring;
mod never_lost;
mod packet_ids;
mod queries;
mod receiving;
mod reconnecting;
mod retry_policy;
mod sending;
mod service_calls;
mod subscribing;
mod token_renewal;
mod twins;
