//! Going slower when a live hub asks for it, as the published SDKs do.

use std::time::Duration;

use http::{Request, Response, StatusCode, header};

use super::refresh::REFRESH;
use crate::{hands::Hands, outside::Trouble, trace::Party};

/// How often a call is made at most.
const MOST_TRIES: u32 = 4;

/// How long is waited before the second try, if the hub does not say; twice as long before each further one.
const FIRST: Duration = Duration::from_secs(2);

/// The longest wait. Of a hub that wants a longer one, whoever called is told at once.
const LONGEST: Duration = Duration::from_secs(30);

impl Hands {
    /// Sends a request to the hub and waits for the answer. A live hub that asks to go slower is asked again, a few times.
    pub(crate) async fn exchange(
        &self,
        party: &Party,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Trouble> {
        let (mut wait, mut tries) = (FIRST, 1);
        loop {
            let answer = self.exchange_once(party, request).await;
            let asked_for = answer.as_ref().ok().and_then(|it| wait_for(it, wait));
            // The bench has plans of its own for what it asks itself.
            let may_retry = tries < MOST_TRIES && party.name != REFRESH;
            let asked_for = asked_for.filter(|_| may_retry);
            let Some(pause) = asked_for.filter(|pause| self.is_live_retry(*pause)) else {
                return answer;
            };
            self.sleep(pause).await;
            wait *= 2;
            tries += 1;
        }
    }

    /// Notes when a call is made again. False if the hub is an emulated one, of which the learner is to see what it says.
    fn is_live_retry(&self, pause: Duration) -> bool {
        let mut world = self.world();
        let at = world.now.plus(pause);
        let Some(live) = world.hub.live_mut() else {
            return false;
        };
        live.calls_retry(at);
        world.changed();
        true
    }
}

/// How long to wait before the same is asked again; none if the answer is one to be content with.
fn wait_for(response: &Response<Vec<u8>>, otherwise: Duration) -> Option<Duration> {
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let named = response.headers().get(header::RETRY_AFTER);
    let named = named.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let wait = named.map_or(otherwise, Duration::from_secs);
    (wait <= LONGEST).then_some(wait.max(Duration::from_secs(1)))
}
