//! What a learner may change in a lesson's programs, and what may not pass.

use serde::de::IgnoredAny;
use wire::{number, rest::is_valid_device_id};

use crate::{
    message::{Message, Settings},
    outline::{SettingKind, SettingOutline},
};

/// The longest name of a direct method. (IoT Hub documentation: understand and invoke direct methods.)
const MOST_NAME_CHARACTERS: usize = 100;

/// The longest JSON text, in bytes: far less than a method's payload may have, and more than a field on a page shows.
const MOST_JSON_BYTES: usize = 4096;

/// What is wrong with a setting's value, if anything is.
pub fn complaint(setting: &SettingOutline, value: &str) -> Option<Message> {
    match setting.kind {
        SettingKind::DeviceId if is_valid_device_id(value) => None,
        SettingKind::DeviceId => Some(Message::new("setting-device-id-wrong").with("value", value)),
        SettingKind::Number { least, most } => match number::parse(value) {
            Some(number) if (least..=most).contains(&number) => None,
            _ => Some(
                Message::new("setting-number-wrong")
                    .with("value", value)
                    .with("least", least)
                    .with("most", most)
                    .with("default", setting.default),
            ),
        },
        SettingKind::MethodName if is_method_name(value) => None,
        SettingKind::MethodName => Some(
            Message::new("setting-method-name-wrong")
                .with("value", value)
                .with("most", MOST_NAME_CHARACTERS)
                .with("default", setting.default),
        ),
        SettingKind::Json if value.len() > MOST_JSON_BYTES => Some(
            Message::new("setting-json-long")
                .with("size", value.len())
                .with("most", MOST_JSON_BYTES),
        ),
        SettingKind::Json if is_json(value) => None,
        SettingKind::Json => Some(
            Message::new("setting-json-wrong")
                .with("value", value)
                .with("default", setting.default),
        ),
    }
}

/// The service takes other names as well; these need no escaping anywhere.
fn is_method_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (1..=MOST_NAME_CHARACTERS).contains(&text.len()) && text.bytes().all(is_plain)
}

fn is_json(text: &str) -> bool {
    serde_json::from_slice::<IgnoredAny>(text.as_bytes()).is_ok()
}

/// All of a lesson's settings: what is missing or wrong is set to its default, and what is unknown is dropped.
pub fn completed(settings: &[SettingOutline], given: &Settings) -> Settings {
    let value = |setting: &SettingOutline| {
        let value = given
            .get(setting.id)
            .filter(|value| complaint(setting, value).is_none());
        value.map_or(setting.default, String::as_str).to_owned()
    };
    let mut completed = Settings::new();
    for setting in settings {
        completed.insert(setting.id.to_owned(), value(setting));
    }
    completed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outline::LESSONS;

    #[test]
    fn defaults_pass_their_own_rules() {
        for setting in LESSONS.iter().flat_map(|lesson| lesson.settings) {
            assert_eq!(complaint(setting, setting.default), None, "{}", setting.id);
        }
    }

    #[test]
    fn wrong_and_unknown_settings_do_not_pass() {
        let settings = LESSONS[0].settings;
        let pairs = [
            ("device-id", "a b"),
            ("interval-seconds", "NaN"),
            ("average-wind-speed", "1e999"),
            ("x", "y"),
        ];
        let given = pairs
            .map(|(id, value)| (id.to_owned(), value.to_owned()))
            .into();
        assert_eq!(
            completed(settings, &given),
            completed(settings, &Settings::new())
        );
    }

    #[test]
    fn legal_settings_are_kept() {
        let given = [("device-id".to_owned(), "gauge-7".to_owned())].into();
        assert_eq!(
            completed(LESSONS[0].settings, &given)["device-id"],
            "gauge-7"
        );
    }
}
