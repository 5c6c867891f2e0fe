//! The live chart of one number in a device's events, with what happened meanwhile, and the same as a table.
//!
//! The drawing is uPlot's. `www/chart.js` wraps it, and is fetched when the first chart is shown.

use std::rc::Rc;

use js_sys::{Array, Float64Array, Function, Promise, Reflect};
use lab::view::{EventView, Mark};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::controls::{distinct, select};
use super::icon::icon;
use crate::clock;
use crate::dom;
use crate::i18n::Words;
use crate::insight::use_insight;
use crate::state::{Happening, Log};

/// The most points that are drawn: the newest.
const DRAWN: usize = 1_000;
/// The most rows of the table: the newest.
const LISTED: usize = 100;

/// What may be drawn.
#[derive(Clone, PartialEq, Properties)]
pub struct ChartProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The member of the payload that the lesson is about, and its unit.
    pub preferred: Option<(&'static str, &'static str)>,
    /// The device that was chosen elsewhere.
    pub device: Option<String>,
    /// The events.
    pub events: Log<EventView>,
}

/// A moment in milliseconds since the Unix epoch, and the number then.
type Point = (u64, f64);

/// A moment in milliseconds since the Unix epoch, the picture of what happened then, and its name.
type NamedMark = (u64, &'static str, String);

/// What is drawn of the events.
struct Series {
    member: String,
    unit: &'static str,
    points: Vec<Point>,
}

impl Series {
    /// The member's name, with its unit if that is known.
    fn title(&self) -> String {
        if self.unit.is_empty() {
            self.member.clone()
        } else {
            format!("{} ({})", self.member, self.unit)
        }
    }
}

/// The newest numbers of a member of a device's events, in the order of the events.
fn points(events: &[Rc<EventView>], device: &str, member: &str) -> Vec<Point> {
    let point = |event: &Rc<EventView>| {
        let (_, number) = event.numbers.iter().find(|(name, _)| name == member)?;
        Some((event.enqueued_time.as_millis(), *number))
    };
    let mut points: Vec<Point> = events
        .iter()
        .rev()
        .filter(|event| event.device_id == device)
        .filter_map(point)
        .take(DRAWN)
        .collect();
    points.reverse();
    points
}

/// What was chosen if it is there, or the preferred one, or the first.
fn pick<'a>(there: &[&'a str], chosen: Option<&str>, preferred: Option<&str>) -> Option<&'a str> {
    let find = |wanted: Option<&str>| there.iter().find(|name| Some(**name) == wanted);
    find(chosen)
        .or_else(|| find(preferred))
        .or(there.first())
        .copied()
}

/// What happened at a device, in the reader's words.
fn named(marks: &Log<Happening>, device: &str, words: &Words) -> Vec<NamedMark> {
    let name = |happening: &Rc<Happening>| {
        let (picture, name) = match &happening.mark {
            Mark::Method(method) => ("method", method.clone()),
            Mark::Desired => ("twin", words.text("mark-desired").to_string()),
            Mark::Reported => ("twin", words.text("mark-reported").to_string()),
            Mark::Message => ("message", words.text("mark-message").to_string()),
        };
        (happening.at, picture, name)
    };
    let is_of =
        |happening: &&Rc<Happening>| happening.device_id.as_deref().is_none_or(|id| id == device);
    marks.entries().iter().filter(is_of).map(name).collect()
}

/// The chart, or the table instead.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let words = &props.words;
    let marks = use_insight().marks;
    let as_table = use_state(|| false);
    let member = use_state(|| None::<String>);
    let device = use_state(|| None::<String>);
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let choose = |state: &UseStateHandle<Option<String>>| {
        let state = state.clone();
        Callback::from(move |chosen| state.set(chosen))
    };
    let events = props.events.entries();
    let with_numbers = || events.iter().filter(|event| !event.numbers.is_empty());
    let devices = distinct(with_numbers().map(|event| event.device_id.as_str()));
    let chosen = props.device.as_deref().or(device.as_deref());
    let Some(of) = pick(&devices, chosen, None) else {
        return html! {};
    };
    let numbers = with_numbers()
        .filter(|event| event.device_id == of)
        .flat_map(|event| event.numbers.iter().map(|(name, _)| name.as_str()));
    let members = distinct(numbers);
    let preferred = props.preferred.map(|(name, _)| name);
    let drawn = pick(&members, member.as_deref(), preferred).unwrap_or_default();
    let unit = props.preferred.filter(|(name, _)| *name == drawn);
    let series = Series {
        member: drawn.to_owned(),
        unit: unit.map_or("", |(_, unit)| unit),
        points: points(events, of, drawn),
    };
    let marks = named(&marks, of, words);
    let summary = summary(&series, words);
    let (picture, label) = if *as_table {
        ("chart", "chart-as-chart")
    } else {
        ("table", "chart-as-table")
    };
    html! {
        <section class="chart" aria-labelledby="chart-title">
            <div class="chart-head">
                <h3 id="chart-title"><code>{ &series.member }</code>
                    if unit.is_some() { <span class="quiet">{ format!(" ({})", series.unit) }</span> }</h3>
                if members.len() > 1 {
                    { select(words.text("chart-member"), None, members, Some(drawn), choose(&member)) }
                }
                if devices.len() > 1 && props.device.is_none() {
                    { select(words.text("chart-device"), None, devices, Some(of), choose(&device)) }
                }
                <button type="button" class="button bare small" onclick={toggle}>{ icon(picture) }{ words.text(label) }</button>
            </div>
            if *as_table {
                { table(&series, &marks, summary, words) }
            } else {
                <Drawing points={series.points} {marks} {summary} />
            }
        </section>
    }
}

/// The newest values and what happened meanwhile, the newest first.
fn table(series: &Series, marks: &[NamedMark], summary: AttrValue, words: &Words) -> Html {
    let values = series.points.iter().rev().take(LISTED);
    let row = |at: u64, cell: Html| html! { <tr><td>{ clock::time_of_day(at) }</td><td>{ cell }</td></tr> };
    // Both lists are in the order of time.
    let mut marks = marks.iter().rev().peekable();
    let mut rows: Vec<Html> = Vec::new();
    for (at, number) in values {
        while let Some((at, picture, name)) = marks.next_if(|(marked, ..)| marked > at) {
            rows.push(row(*at, html! { <>{ icon(picture) }{ " " }{ name }</> }));
        }
        rows.push(row(*at, html! { { *number } }));
    }
    html! {
        <div class="chart-table" role="region" tabindex="0" aria-label={summary}>
            <table>
                <thead><tr>
                    <th scope="col">{ words.text("events-time") }</th>
                    <th scope="col">{ series.title() }</th>
                </tr></thead>
                <tbody>{ rows }</tbody>
            </table>
        </div>
    }
}

/// What the picture shows, in words.
fn summary(series: &Series, words: &Words) -> AttrValue {
    let numbers = || series.points.iter().map(|(_, number)| *number);
    let Some(last) = numbers().next_back() else {
        return words.text("chart-empty");
    };
    words.with(
        "chart-summary",
        [
            ("member", series.member.as_str().into()),
            ("unit", series.unit.into()),
            ("count", series.points.len().into()),
            ("last", last.into()),
            ("least", numbers().fold(f64::INFINITY, f64::min).into()),
            ("most", numbers().fold(f64::NEG_INFINITY, f64::max).into()),
        ],
    )
}

#[derive(Clone, PartialEq, Properties)]
struct DrawingProps {
    points: Vec<Point>,
    marks: Vec<NamedMark>,
    summary: AttrValue,
}

/// uPlot's picture, as soon as it is here.
#[component]
fn Drawing(props: &DrawingProps) -> Html {
    let host = use_node_ref();
    let drawing = use_state(|| None::<JsValue>);
    let is_gone = use_mut_ref(|| false);
    use_effect_with((), {
        let (host, drawing) = (host.clone(), drawing.clone());
        move |()| {
            let gone = is_gone.clone();
            wasm_bindgen_futures::spawn_local(async move {
                if let Some(made) = make(&host).await
                    && !*gone.borrow()
                {
                    drawing.set(Some(made));
                }
            });
            move || *is_gone.borrow_mut() = true
        }
    });
    use_effect_with(
        (
            (*drawing).clone(),
            props.points.clone(),
            props.marks.clone(),
        ),
        |(drawing, points, marks)| {
            if let Some(drawing) = drawing {
                dom::call(drawing, "set", &columns(points, marks));
            }
        },
    );
    use_effect_with((*drawing).clone(), |drawing| {
        let drawing = drawing.clone();
        move || {
            if let Some(drawing) = drawing {
                dom::call(&drawing, "destroy", &JsValue::UNDEFINED);
            }
        }
    });
    html! { <div ref={host} class="chart-drawing" role="img" aria-label={props.summary.clone()}></div> }
}

/// Fetches the chart's module and makes a drawing in `host`.
async fn make(host: &NodeRef) -> Option<JsValue> {
    let load: Function = Reflect::get(&js_sys::global(), &"loadChart".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let loading: Promise = load.call0(&JsValue::UNDEFINED).ok()?.dyn_into().ok()?;
    let module = JsFuture::from(loading).await.ok()?;
    let host = host.cast::<HtmlElement>()?;
    dom::call(&module, "draw", &host).filter(|drawing| !drawing.is_undefined())
}

/// What `www/chart.js` takes: seconds, numbers, and marks as lists of second, picture and name.
fn columns(points: &[Point], marks: &[NamedMark]) -> JsValue {
    let numbers: Vec<f64> = points.iter().map(|(_, number)| *number).collect();
    let times: Vec<f64> = points.iter().map(|(at, _)| seconds(*at)).collect();
    let marks: Array = marks
        .iter()
        .map(|(at, picture, name)| {
            Array::of3(
                &seconds(*at).into(),
                &(*picture).into(),
                &name.as_str().into(),
            )
        })
        .collect();
    Array::of3(
        &Float64Array::from(&times[..]),
        &Float64Array::from(&numbers[..]),
        &marks,
    )
    .into()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since the epoch are far below what a double holds exactly"
)]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_counts_while_it_is_there() {
        let there = ["humidity", "temperature"];
        assert_eq!(
            pick(&there, Some("temperature"), Some("humidity")),
            Some("temperature")
        );
        assert_eq!(
            pick(&there, Some("gone"), Some("temperature")),
            Some("temperature")
        );
        assert_eq!(pick(&there, None, Some("windSpeed")), Some("humidity"));
        assert_eq!(pick(&[], Some("gone"), None), None);
    }
}
