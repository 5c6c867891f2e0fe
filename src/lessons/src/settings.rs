//! What a learner may change in a lesson's programs, and what may not pass.

use wire::{number, rest::is_valid_device_id};

use crate::{
    message::{Message, Settings},
    outline::{SettingKind, SettingOutline},
};

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
    }
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
