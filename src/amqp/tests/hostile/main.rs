//! Hubs that break the protocol, try to take more than their share, or point elsewhere.

mod feedback;
mod frames;
mod peer;
mod redirects;
mod silence;
