//! What can be done at a live hub: from the page itself, through the relay, or by the learner's own hand.

use lab::view::Diagnosis;
use lessons::message::{LiveHub, Right};
use lessons::outline::{LessonOutline, Need, OnLive};

/// What a connection string opens, and by which ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whether it opens the hub's cloud side.
    pub service: bool,
    /// Whether the page's server relays to the hub.
    pub relay: bool,
}

impl Access {
    /// How things stand with a hub that is connected.
    pub fn of(hub: &LiveHub) -> Self {
        let rights = hub.rights.as_ref();
        let may_serve = rights.is_none_or(|rights| rights.contains(&Right::ServiceConnect));
        Self {
            service: hub.policy.is_some() && may_serve,
            relay: hub.relay,
        }
    }

    /// What a string will open, as far as the doctor can tell.
    pub fn promised(diagnosis: Option<&Diagnosis>, relay: bool) -> Self {
        let service = diagnosis.is_none_or(|diagnosis| {
            let rights = &diagnosis.rights;
            let may_serve =
                rights.is_empty() || rights.iter().any(|right| right == "ServiceConnect");
            diagnosis.kind.as_deref() != Some("device") && may_serve
        });
        Self { service, relay }
    }

    /// How a step with this need goes.
    pub fn reach(self, need: Need) -> OnLive {
        if self.service {
            need.on_live(self.relay)
        } else {
            need.on_live_as_device()
        }
    }

    /// How many steps of a lesson go each way; none of a way that no step goes.
    pub fn counts(self, lesson: &LessonOutline) -> Vec<(OnLive, usize)> {
        let count = |way: OnLive| {
            let steps = lesson.steps.iter();
            steps.filter(|step| self.reach(step.needs) == way).count()
        };
        let counted = OnLive::ALL.map(|way| (way, count(way)));
        counted
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use lessons::outline::LESSONS;

    use super::*;

    fn diagnosis(kind: &str, rights: &[&str]) -> Diagnosis {
        Diagnosis {
            kind: Some(kind.to_owned()),
            parts: Vec::new(),
            findings: Vec::new(),
            rights: rights.iter().map(|right| (*right).to_owned()).collect(),
        }
    }

    #[test]
    fn a_string_opens_the_cloud_side_unless_it_is_known_not_to() {
        for (kind, rights, service) in [
            ("service", vec!["ServiceConnect"], true),
            ("service", vec![], true),
            ("service", vec!["RegistryRead"], false),
            ("device", vec![], false),
        ] {
            let access = Access::promised(Some(&diagnosis(kind, &rights)), false);
            assert_eq!(access.service, service, "{kind} {rights:?}");
        }
    }

    #[test]
    fn every_step_goes_one_way() {
        for lesson in LESSONS {
            for (service, relay) in [(true, true), (true, false), (false, true), (false, false)] {
                let counts = Access { service, relay }.counts(lesson);
                let sum: usize = counts.iter().map(|(_, count)| count).sum();
                assert_eq!(sum, lesson.steps.len(), "{}", lesson.id);
            }
        }
    }

    #[test]
    fn a_relay_helps_nobody_who_may_only_be_a_device() {
        for relay in [true, false] {
            let access = Access {
                service: false,
                relay,
            };
            assert_eq!(access.reach(Need::Service), OnLive::ByHand);
            assert_eq!(access.reach(Need::Device), OnLive::Live);
        }
    }
}
