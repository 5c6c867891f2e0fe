//! Forms for what is done by hand. A form is a table of fields; what is typed is kept while another tab is open.

use wasm_bindgen::JsValue;
use web_sys::Element;
use yew::prelude::*;

use super::answer::status;
use super::controls::select;
use crate::by_hand::{Asked, Change, Desk, Standing};
use crate::dom;

/// What a field holds.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A line of text that must not be empty.
    Required,
    /// A line of text.
    Line,
    /// Several lines of text.
    Area,
    /// JSON; nothing at all is fine.
    Json,
    /// A number from the first to the second; nothing at all is fine.
    Number(u32, u32),
    /// One of these.
    Choice(&'static [&'static str]),
}

/// A field. Its label is the message with its id, an option's label the one with both ids.
pub struct Field {
    /// The field's id.
    pub id: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What stands in it at first.
    pub first: &'static str,
}

/// A form. Its button is the message with its id.
pub struct Form {
    /// The form's id.
    pub id: &'static str,
    /// Its fields in order.
    pub fields: &'static [Field],
}

impl Form {
    /// The first field whose content is not the JSON that it must be, and what the browser says of it.
    fn mistake(&self) -> Option<Asked> {
        let json = self
            .fields
            .iter()
            .filter(|field| matches!(field.kind, Kind::Json));
        json.into_iter().find_map(|field| {
            let text = value(field.id);
            if text.trim().is_empty() {
                return None;
            }
            let error = js_sys::JSON::parse(&text).err()?;
            Some(Asked::NotJson {
                field: field.id,
                detail: message(&error),
            })
        })
    }
}

/// The words of a JavaScript error.
fn message(error: &JsValue) -> String {
    let message = js_sys::Reflect::get(error, &"message".into()).ok();
    message
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// What stands in the field with this id, spaces around it included.
pub fn value(id: &str) -> String {
    dom::element(id)
        .and_then(|field| field_value(&field))
        .unwrap_or_default()
}

/// The same as a whole number, if it is one.
pub fn number<T: TryFrom<u32>>(id: &str) -> Option<T> {
    let number: u32 = value(id).trim().parse().ok()?;
    number.try_into().ok()
}

/// The same as a decimal number, if it is one. The reader of settings reads it: the standard library's would bring
/// tables as large as a panel.
pub fn decimal(id: &str) -> Option<f64> {
    wire::number::parse(value(id).trim())
}

fn field_value(field: &Element) -> Option<String> {
    js_sys::Reflect::get(field, &"value".into())
        .ok()?
        .as_string()
}

/// Keeps what is typed in any field inside of the element that this stands on.
pub fn on_input(desk: &Desk) -> Callback<InputEvent> {
    let hand = desk.hand.dispatcher();
    Callback::from(move |event: InputEvent| {
        let Some(field) = event.target_dyn_into::<Element>() else {
            return;
        };
        if let (false, Some(text)) = (field.id().is_empty(), field_value(&field)) {
            hand.dispatch(Change::Draft(field.id(), text));
        }
    })
}

/// The form with its fields, its button, `more` beside it, and what came of it. `now` says what stands in a field until
/// the learner changes it, if not what the table says. `act` reads the fields and does it.
pub fn form(
    desk: &Desk,
    form: &'static Form,
    now: &[(&str, &str)],
    more: Html,
    act: Callback<()>,
) -> Html {
    let standing = desk.standing(form.id);
    let wrong = match &standing {
        Standing::NotJson(field, _) | Standing::Wrong(field, _) => Some(*field),
        _ => None,
    };
    let onsubmit = {
        let hand = desk.hand.dispatcher();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match form.mistake() {
                Some(mistake) => hand.dispatch(Change::Asked(form.id, Some(mistake))),
                None => act.emit(()),
            }
        })
    };
    let fields = form.fields.iter().map(|field| {
        let now = now.iter().find(|(id, _)| *id == field.id);
        let text = desk.hand.draft(field.id).or(now.map(|(_, text)| *text));
        let text = text.unwrap_or(field.first);
        draw(desk, field, form.id, wrong == Some(field.id), text)
    });
    html! {
        <form class="by-hand" {onsubmit}>
            <div class="by-hand-fields">{ for fields }</div>
            <div class="by-hand-buttons">
                <button type="submit" class="button">{ desk.words.text(form.id) }</button>
                { more }
                { status(desk, form.id, &standing) }
            </div>
        </form>
    }
}

/// A field with its label.
fn draw(desk: &Desk, field: &Field, form: &str, is_wrong: bool, text: &str) -> Html {
    let id = field.id;
    let value = AttrValue::from(text.to_owned());
    let describedby = format!("answer-{form}");
    let invalid = is_wrong.then_some("true");
    let control = match field.kind {
        Kind::Required | Kind::Line => html! {
            <input {id} {value} required={matches!(field.kind, Kind::Required)} autocomplete="off" spellcheck="false"
                autocapitalize="off" aria-describedby={describedby} />
        },
        Kind::Number(least, most) => html! {
            <input {id} {value} type="number" min={least.to_string()} max={most.to_string()} step="any" inputmode="decimal"
                aria-describedby={describedby} aria-invalid={invalid} />
        },
        Kind::Area | Kind::Json => html! {
            <textarea {id} {value} rows="3" spellcheck="false" autocapitalize="off" aria-describedby={describedby}
                aria-invalid={invalid} />
        },
        Kind::Choice(options) => html! {
            <select {id} aria-describedby={describedby}>{ for options.iter().map(|option| html! {
                <option value={*option} selected={*option == text}>{ desk.words.text(&format!("{id}-{option}")) }</option>
            }) }</select>
        },
    };
    let class = match field.kind {
        Kind::Area => "field wide",
        Kind::Json => "field json",
        Kind::Number(..) => "field narrow",
        _ => "field",
    };
    html! {
        <div {class}><label for={id}>{ desk.words.text(id) }</label>{ control }</div>
    }
}

/// The most devices that a list offers: a fleet has thousands, which nobody reads.
pub const MOST_LISTED: usize = 100;

/// What only the hub in the page can do: while another is there it cannot be used, and `why` says so.
pub fn only_emulated(desk: &Desk, why: &str, content: Html) -> Html {
    let why_not = desk.is_live.then(|| desk.words.text(why));
    html! {
        <fieldset class="only-emulated" disabled={desk.is_live} title={why_not.clone()}>
            { content }
            if let Some(why_not) = why_not { <p class="quiet">{ why_not }</p> }
        </fieldset>
    }
}

/// Which device is shown, to choose another.
pub fn device_choice(desk: &Desk) -> Html {
    let hand = desk.hand.dispatcher();
    let choose = Callback::from(move |device: Option<String>| {
        if let Some(device) = device {
            hand.dispatch(Change::Choose(device));
        }
    });
    let listed = desk.devices.iter().take(MOST_LISTED);
    let mut ids: Vec<&str> = listed.map(|device| device.device_id.as_str()).collect();
    if !ids.contains(&desk.shown.as_str()) {
        ids.insert(0, &desk.shown);
    }
    let name = desk.words.text("shown-device");
    select(name, None, ids, Some(&desk.shown), choose)
}

/// The line above a tab's content: which device it is about.
pub fn device_line(desk: &Desk) -> Html {
    html! {
        <div class="device-line">
            <span>{ desk.words.text("shown-device") }</span>
            { device_choice(desk) }
            if desk.device().is_none() {
                <span class="quiet">{ desk.words.text("shown-device-missing") }</span>
            }
        </div>
    }
}

/// A button that does something at once.
pub fn action_button(desk: &Desk, id: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" class="button" {onclick}>{ desk.words.text(id) }</button> }
}
