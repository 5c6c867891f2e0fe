//! What a learner may change in the open step's program.

use lessons::outline::{LessonOutline, SettingOutline, StepOutline};
use lessons::settings;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::controls::icon_button;
use super::icon::icon;
use crate::screen::Screen;
use crate::storage::Change;

/// The step's settings, each in a field.
pub fn settings_form(screen: &Screen, lesson: &'static LessonOutline, step: &StepOutline) -> Html {
    if step.settings.is_empty() {
        return html! {};
    }
    let settings = lesson
        .settings
        .iter()
        .filter(|setting| step.settings.contains(&setting.id));
    html! { <div id="settings" class="settings">{ for settings.map(|setting| field(screen, lesson.id, setting)) }</div> }
}

fn field(screen: &Screen, lesson: &'static str, setting: &'static SettingOutline) -> Html {
    let words = &screen.words;
    let typed = screen.kept.typed(lesson, setting.id);
    let value = typed.unwrap_or(setting.default).to_owned();
    let wrong = settings::complaint(setting, &value);
    let change = {
        let kept = screen.kept.dispatcher();
        move |typed: Option<String>| {
            let typed = typed.filter(|typed| typed != setting.default);
            kept.dispatch(Change::Setting {
                lesson,
                setting: setting.id,
                typed,
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
    let undo = typed.is_some().then(|| {
        let name = words.with("setting-default", [("value", setting.default.into())]);
        icon_button("reset", name, Callback::from(move |_| change(None)))
    });
    let id = format!("setting-{}", setting.id);
    let error_id = format!("{id}-error");
    html! {
        <div class="field" key={setting.id}>
            <label for={id.clone()}>{ words.text(&id) }</label>
            <div class="field-row">
                <input {id} type="text" {value} {oninput} spellcheck="false" autocomplete="off"
                    aria-invalid={wrong.is_some().then_some("true")}
                    aria-describedby={wrong.is_some().then(|| error_id.clone())} />
                // A node in either case: the field before it must stay the same element.
                if let Some(undo) = undo { { undo } }
            </div>
            if let Some(wrong) = wrong {
                <p id={error_id} class="field-error">{ icon("warning") }<span>{ words.say(&wrong) }</span></p>
            }
        </div>
    }
}
