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
        SettingKind::MethodName | SettingKind::Name if is_plain_name(value) => None,
        SettingKind::MethodName => Some(
            Message::new("setting-method-name-wrong")
                .with("value", value)
                .with("most", MOST_NAME_CHARACTERS)
                .with("default", setting.default),
        ),
        SettingKind::Name => Some(
            Message::new("setting-name-wrong")
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
fn is_plain_name(text: &str) -> bool {
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

/// A lesson's completed settings for a live hub: the ids of devices begin with a prefix, which tells them from the hub's
/// own. An id that begins with it stays as it is; one that would be too long with it gives way to the default.
pub fn prefixed(settings: &[SettingOutline], mut completed: Settings, prefix: &str) -> Settings {
    for setting in settings {
        let Some(value) = completed.get_mut(setting.id) else {
            continue;
        };
        if setting.kind == SettingKind::DeviceId && !value.starts_with(prefix) {
            let id = format!("{prefix}{value}");
            *value = match complaint(setting, &id) {
                None => id,
                Some(_) => format!("{prefix}{}", setting.default),
            };
        }
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

    #[test]
    fn a_prefix_is_put_before_ids_that_lack_it() {
        let settings = LESSONS[0].settings;
        let id = |given: &str| {
            let given = [("device-id".to_owned(), given.to_owned())].into();
            let completed = completed(settings, &given);
            prefixed(settings, completed, "ada-")["device-id"].clone()
        };
        assert_eq!(id("gauge"), "ada-gauge");
        assert_eq!(id("ada-gauge"), "ada-gauge");
        assert_eq!(id(&"x".repeat(128)), "ada-MyFirstPythonDevice");
    }

    /// Complaints about values of a setting of lesson 2.
    fn complaints<'a>(id: &str, values: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let lesson = crate::outline::lesson("methods").unwrap();
        let setting = lesson.settings.iter().find(|it| it.id == id).unwrap();
        let complaint = |value| complaint(setting, value).map_or_else(String::new, |it| it.id);
        values.into_iter().map(complaint).collect()
    }

    #[test]
    fn a_method_has_a_plain_name() {
        let longest = "m".repeat(100);
        let legal = ["a", "SetTelemetryInterval", "a-b_c.9", &longest];
        assert_eq!(complaints("method-name", legal), [""; 4]);
        let too_long = "m".repeat(101);
        let wrong = ["", " ", "a b", "a/b", "#", "метод", "a\n", &too_long];
        assert_eq!(
            complaints("method-name", wrong),
            ["setting-method-name-wrong"; 8]
        );
    }

    #[test]
    fn a_payload_is_json_and_short() {
        let longest = format!("\"{}\"", "x".repeat(4094));
        let legal = ["10", "null", r#""ten""#, r#" {"a": [1, {}]} "#, &longest];
        assert_eq!(complaints("method-payload", legal), [""; 5]);
        let wrong = ["", "ten", "'ten'", "{a: 1}", "1 2", "{", "NaN"];
        assert_eq!(
            complaints("method-payload", wrong),
            ["setting-json-wrong"; 7]
        );
        let nested = "[".repeat(4096);
        assert_eq!(
            complaints("method-payload", [nested.as_str()]),
            ["setting-json-wrong"]
        );
        let too_long = format!("{longest} ");
        assert_eq!(
            complaints("method-payload", [too_long.as_str()]),
            ["setting-json-long"]
        );
    }
}
