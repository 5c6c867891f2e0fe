//! What a learner may change in a lesson's programs: reading and checking what was typed.

use std::collections::BTreeMap;

use lessons::message::{Argument, Message, Settings};
use lessons::outline::{LessonOutline, SettingKind, SettingOutline};

/// What is wrong with a setting's value, for the reader, if anything is.
pub fn check(setting: &SettingOutline, value: &str) -> Result<(), Message> {
    let text = |name: &str, text: &str| (name.to_owned(), Argument::Text(text.to_owned()));
    let number = |name: &str, number: f64| (name.to_owned(), Argument::Number(number));
    match setting.kind {
        SettingKind::DeviceId if is_device_id(value) => Ok(()),
        SettingKind::DeviceId => Err(Message {
            id: "setting-device-id-wrong".to_owned(),
            arguments: vec![text("value", value)],
        }),
        SettingKind::Number { least, most } => match value.trim().parse::<f64>() {
            Ok(given) if (least..=most).contains(&given) => Ok(()),
            _ => Err(Message {
                id: "setting-number-wrong".to_owned(),
                arguments: vec![
                    text("value", value),
                    number("least", least),
                    number("most", most),
                    text("default", setting.default),
                ],
            }),
        },
    }
}

/// The lesson's settings with the learner's valid changes.
pub fn effective(lesson: &LessonOutline, edits: Option<&BTreeMap<String, String>>) -> Settings {
    let value = |setting: &SettingOutline| {
        edits
            .and_then(|edits| edits.get(setting.id))
            .filter(|value| check(setting, value).is_ok())
            .map_or_else(|| setting.default.to_owned(), |value| value.trim().to_owned())
    };
    lesson.settings.iter().map(|setting| (setting.id.to_owned(), value(setting))).collect()
}

/// The characters and the length that the registry accepts. It has the last word: this check only
/// spares a learner the way there.
fn is_device_id(id: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-:.+%_#*?!(),=@;$'".contains(&byte);
    (1..=128).contains(&id.len()) && id.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: SettingOutline =
        SettingOutline { id: "device-id", kind: SettingKind::DeviceId, default: "MyFirstPythonDevice" };
    const NUMBER: SettingOutline = SettingOutline {
        id: "interval-seconds",
        kind: SettingKind::Number { least: 1.0, most: 600.0 },
        default: "30",
    };

    #[test]
    fn device_ids_are_checked() {
        for good in ["a", "MyFirstPythonDevice", "dev-1.north:2"] {
            assert!(check(&ID, good).is_ok(), "{good}");
        }
        for bad in ["", "two words", "süd", "a/b", &"x".repeat(129)] {
            assert!(check(&ID, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_checked() {
        for good in ["1", " 30 ", "0600", "2.5"] {
            assert!(check(&NUMBER, good).is_ok(), "{good}");
        }
        for bad in ["", "0", "601", "ten", "NaN", "inf", "1,5"] {
            assert!(check(&NUMBER, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_valid_changes_take_effect() {
        let lesson = lessons::outline::lesson("telemetry").unwrap();
        let edits = BTreeMap::from([
            ("device-id".to_owned(), "two words".to_owned()),
            ("interval-seconds".to_owned(), " 5 ".to_owned()),
        ]);
        let settings = effective(lesson, Some(&edits));
        assert_eq!(settings["device-id"], "MyFirstPythonDevice");
        assert_eq!(settings["interval-seconds"], "5");
        assert_eq!(settings.len(), lesson.settings.len());
    }
}
