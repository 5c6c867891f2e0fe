//! Fluent for tests on this machine, which has no browser.

use std::rc::Rc;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use lessons::message::Argument;

/// The messages of one language.
pub(super) struct Bundle(FluentBundle<FluentResource>);

impl Bundle {
    /// The messages of these Fluent files; of several with one id, the last counts. Entries with mistakes are left out.
    pub(super) fn of(locale: &str, files: &[Rc<str>]) -> Self {
        let mut bundle = FluentBundle::new(vec![locale.parse().unwrap_or_default()]);
        // The marks around arguments are for mixed directions, which none of the locales has.
        bundle.set_use_isolating(false);
        for file in files {
            let resource =
                FluentResource::try_new(file.to_string()).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
        }
        Self(bundle)
    }

    /// Whether there is a message with this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.0.has_message(id)
    }

    /// The message with this id, if there is one.
    pub(super) fn format<'a>(
        &self,
        id: &str,
        arguments: impl Iterator<Item = (&'a str, Argument)>,
    ) -> Option<String> {
        let mut args = FluentArgs::new();
        for (name, argument) in arguments {
            let value = match argument {
                Argument::Text(text) => FluentValue::from(text),
                Argument::Number(number) => FluentValue::from(number),
            };
            args.set(name.to_owned(), value);
        }
        let pattern = self.0.get_message(id)?.value()?;
        let text = self.0.format_pattern(pattern, Some(&args), &mut Vec::new());
        Some(text.into_owned())
    }
}
