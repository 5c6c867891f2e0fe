//! What a learner may change in the open step's program.

use lessons::outline::{LessonOutline, SettingOutline, StepOutline};
use lessons::settings;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::icon;
use crate::app::KeptHandle;
use crate::i18n::use_words;
use crate::storage::Change;

/// The open step.
#[derive(Clone, PartialEq, Properties)]
pub struct SettingsFormProps {
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// The step.
    pub step: &'static StepOutline,
}

/// The step's settings, each in a field.
#[component]
pub fn SettingsForm(props: &SettingsFormProps) -> Html {
    let lesson = props.lesson;
    let field = |id: &&'static str| {
        let setting = lesson.settings.iter().find(|setting| setting.id == *id)?;
        Some(html! { <Field key={*id} lesson={lesson.id} {setting} /> })
    };
    if props.step.settings.is_empty() {
        return html! {};
    }
    html! { <div class="settings">{ for props.step.settings.iter().filter_map(field) }</div> }
}

#[derive(Clone, PartialEq, Properties)]
struct FieldProps {
    lesson: &'static str,
    setting: &'static SettingOutline,
}

#[component]
fn Field(props: &FieldProps) -> Html {
    let words = use_words();
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    let setting = props.setting;
    let typed = kept
        .settings
        .get(props.lesson)
        .and_then(|edits| edits.get(setting.id))
        .cloned();
    let value = typed.clone().unwrap_or_else(|| setting.default.to_owned());
    let wrong = settings::complaint(setting, &value);
    let change = {
        let (kept, lesson) = (kept.dispatcher(), props.lesson);
        move |value: Option<String>| {
            let value = value.filter(|value| value != setting.default);
            kept.dispatch(Change::Setting {
                lesson,
                setting: setting.id,
                value,
            });
        }
    };
    let oninput = {
        let change = change.clone();
        Callback::from(move |event: InputEvent| {
            change(
                event
                    .target_dyn_into::<HtmlInputElement>()
                    .map(|field| field.value()),
            );
        })
    };
    let label = words.text(&format!("setting-{}", setting.id));
    let (id, error_id) = (
        format!("setting-{}", setting.id),
        format!("setting-{}-error", setting.id),
    );
    html! {
        <div class="field">
            <label for={id.clone()}>{ label }</label>
            <div class="field-row">
                <input {id} type="text" {value} {oninput} spellcheck="false" autocomplete="off"
                    aria-invalid={wrong.is_some().then_some("true")} aria-describedby={wrong.is_some().then(|| error_id.clone())} />
                if typed.is_some() {
                    <button type="button" class="button bare square small" title={words.with("setting-default", [("value", setting.default.into())])}
                        aria-label={words.with("setting-default", [("value", setting.default.into())])} onclick={move |_: MouseEvent| change(None)}>
                        { icon("reset") }
                    </button>
                }
            </div>
            if let Some(wrong) = wrong {
                <p id={error_id} class="field-error">{ icon("warning") }<span>{ words.say(&wrong) }</span></p>
            }
        </div>
    }
}
