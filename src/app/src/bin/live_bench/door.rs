//! The ways from this page to a live hub.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;
use http::{Request, Response};
use lab::outside::{
    Door, Outside, OutsideLink, ReadFrom, ReadNews, Target, Trouble, TroubleKind, Way, Ways,
};

use crate::amqp_module::{self, AmqpModule};
use crate::wake::{waking, waking_stream};
use crate::{relay, socket};

/// Where live hubs are reached from a page.
pub(crate) struct PageDoor;

impl Door for PageDoor {
    fn open(&self, target: Target) -> LocalBoxFuture<'static, Ways> {
        waking(async move {
            let host: Rc<str> = target.connection_string.host_name().into();
            let has_relay = relay::serves(&host).await;
            let amqp = AmqpModule::new(target);
            Ways::new(PageWays {
                host,
                has_relay,
                amqp,
            })
        })
    }
}

struct PageWays {
    host: Rc<str>,
    has_relay: bool,
    amqp: AmqpModule,
}

impl Outside for PageWays {
    fn open_link(&self) -> LocalBoxFuture<'static, Result<Box<dyn OutsideLink>, Trouble>> {
        let host = Rc::clone(&self.host);
        waking(async move { socket::open(&host).await })
    }

    fn has_relay(&self) -> bool {
        self.has_relay
    }

    fn way_of(&self, request: &Request<Vec<u8>>) -> Option<Way> {
        if self.has_relay {
            return Some(Way::Relay);
        }
        amqp_module::carries(request).then_some(Way::Amqp)
    }

    fn request(
        &self,
        request: Request<Vec<u8>>,
    ) -> LocalBoxFuture<'static, Result<Response<Vec<u8>>, Trouble>> {
        let host = Rc::clone(&self.host);
        let amqp = self.amqp.clone();
        let way = self.way_of(&request);
        waking(async move {
            match way {
                Some(Way::Relay) => relay::call(&host, &request).await,
                Some(Way::Amqp) => amqp.call(&request).await,
                None => Err(Trouble::new(
                    TroubleKind::NoRelay,
                    "a browser may not call a hub's REST API, and the page's server has no relay",
                )),
            }
        })
    }

    fn read_events(&self, from: ReadFrom) -> LocalBoxStream<'static, ReadNews> {
        waking_stream(self.amqp.read(from))
    }
}
