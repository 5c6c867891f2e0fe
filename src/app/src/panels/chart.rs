//! The live chart of one number in the events, and the same as a table.
//!
//! The drawing is uPlot's. `www/chart.js` wraps it, and is fetched when the first chart is shown.

use js_sys::{Array, Float64Array, Function, Promise, Reflect};
use lab::view::EventView;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::icon::icon;
use crate::clock;
use crate::dom;
use crate::i18n::Words;
use crate::state::Log;

/// What is drawn.
#[derive(Clone, PartialEq, Properties)]
pub struct ChartProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The payload's member.
    pub member: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The events.
    pub events: Log<EventView>,
}

/// A moment in milliseconds since the Unix epoch, and the number then.
type Point = (u64, f64);

/// The numbers of a member, in the order of the events.
fn points(events: &Log<EventView>, member: &str) -> Vec<Point> {
    let point = |event: &std::rc::Rc<EventView>| {
        let (_, number) = event.numbers.iter().find(|(name, _)| name == member)?;
        Some((event.enqueued_time.as_millis(), *number))
    };
    events.entries().iter().filter_map(point).collect()
}

/// The chart, or the table instead.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let words = &props.words;
    let as_table = use_state(|| false);
    let points = use_memo((props.events.clone(), props.member), |(events, member)| {
        points(events, member)
    });
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let (picture, label) = if *as_table {
        ("chart", "chart-as-chart")
    } else {
        ("table", "chart-as-table")
    };
    html! {
        <section class="chart" aria-labelledby="chart-title">
            <div class="chart-head">
                <h3 id="chart-title"><code>{ props.member }</code><span class="quiet">{ format!(" ({})", props.unit) }</span></h3>
                <button type="button" class="button bare small" onclick={toggle}>{ icon(picture) }{ words.text(label) }</button>
            </div>
            if *as_table {
                { table(props, &points, summary(props, &points, words), words) }
            } else {
                <Drawing points={(*points).clone()} summary={summary(props, &points, words)} />
            }
        </section>
    }
}

fn table(props: &ChartProps, points: &[Point], summary: AttrValue, words: &Words) -> Html {
    let row = |(at, number): &Point| {
        html! { <tr><td>{ clock::time_of_day(*at) }</td><td>{ *number }</td></tr> }
    };
    html! {
        <div class="chart-table" role="region" tabindex="0" aria-label={summary}>
            <table>
                <thead><tr>
                    <th scope="col">{ words.text("events-time") }</th>
                    <th scope="col">{ format!("{} ({})", props.member, props.unit) }</th>
                </tr></thead>
                <tbody>{ for points.iter().rev().map(row) }</tbody>
            </table>
        </div>
    }
}

/// What the picture shows, in words.
fn summary(props: &ChartProps, points: &[Point], words: &Words) -> AttrValue {
    let numbers = || points.iter().map(|(_, number)| *number);
    let Some(last) = numbers().next_back() else {
        return words.text("chart-empty");
    };
    words.with(
        "chart-summary",
        [
            ("member", props.member.into()),
            ("unit", props.unit.into()),
            ("count", points.len().into()),
            ("last", last.into()),
            ("least", numbers().fold(f64::INFINITY, f64::min).into()),
            ("most", numbers().fold(f64::NEG_INFINITY, f64::max).into()),
        ],
    )
}

#[derive(Clone, PartialEq, Properties)]
struct DrawingProps {
    points: Vec<Point>,
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
        ((*drawing).clone(), props.points.clone()),
        |(drawing, points)| {
            if let Some(drawing) = drawing {
                dom::call(drawing, "set", &columns(points));
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

/// Points as uPlot takes them: seconds, then numbers.
fn columns(points: &[Point]) -> JsValue {
    // Milliseconds since the epoch are far below what a double holds exactly.
    #[expect(clippy::cast_precision_loss)]
    let seconds: Vec<f64> = points.iter().map(|(at, _)| *at as f64 / 1000.0).collect();
    let numbers: Vec<f64> = points.iter().map(|(_, number)| *number).collect();
    Array::of2(
        &Float64Array::from(&seconds[..]),
        &Float64Array::from(&numbers[..]),
    )
    .into()
}
