//! How many devices there are.

use http::Method;
use wire::rest::{RegistryStatistics, ServiceStatistics};
use wire::timestamp::Timestamp;

use crate::response::read_json;

use super::{Call, Service};

impl Service {
    /// How many device identities there are, and how many of them may connect.
    pub fn registry_statistics(&self, now: Timestamp) -> Call<RegistryStatistics> {
        let request = self.request(now, Method::GET, "/statistics/devices");
        Call::new(request, read_json)
    }

    /// How many devices are connected. The service's own number lags behind the truth.
    pub fn service_statistics(&self, now: Timestamp) -> Call<ServiceStatistics> {
        let request = self.request(now, Method::GET, "/statistics/service");
        Call::new(request, read_json)
    }
}
