//! Every packet and request, in the order in which they crossed the wire.

use std::rc::Rc;

use lab::view::{Direction, Side, TraceEntry};
use lessons::outline::LessonOutline;
use web_sys::Element;
use yew::prelude::*;

use super::controls::{Choice, choices, distinct, icon_button, select};
use super::icon::icon;
use super::shortened::shortened;
use super::wire_detail::WireDetail;
use super::wire_export;
use crate::clock;
use crate::dom;
use crate::i18n::Words;
use crate::insight::use_insight;
use crate::scroll::{jump_button, use_follow_end};
use crate::shortcuts::{Shortcut, use_shortcut};
use crate::state::Log;

/// A row's height in pixels; `--wire-row` in the stylesheet is the same.
const ROW: i32 = 30;
/// How many rows beyond the visible ones are drawn, so that scrolling shows no gap.
const MARGIN: usize = 12;
/// The end of a summary that stays visible when its middle is left out, in characters.
const TAIL: usize = 14;

/// What crossed the wire.
#[derive(Clone, PartialEq, Properties)]
pub struct WireTabProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// What crossed the wire.
    pub trace: Log<TraceEntry>,
}

/// Which rows are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
struct Filter {
    side: Option<Side>,
    kind: Option<String>,
    device: Option<String>,
}

impl Filter {
    fn wants(&self, entry: &TraceEntry) -> bool {
        self.side.is_none_or(|side| side == entry.side)
            && self.kind.as_ref().is_none_or(|kind| *kind == entry.kind)
            && (self.device.is_none() || self.device == entry.device_id)
    }
}

/// The rows that are drawn: the first one and how many.
fn window(scroll_top: i32, height: i32, count: usize) -> (usize, usize) {
    let rows = |pixels: i32| usize::try_from(pixels / ROW).unwrap_or(0);
    let first = rows(scroll_top).saturating_sub(MARGIN).min(count);
    let shown = rows(height) + 2 * MARGIN + 1;
    (first, shown.min(count - first))
}

/// How many messages a log was ever given.
fn total(trace: &Log<TraceEntry>) -> usize {
    trace.entries().len() + trace.forgotten()
}

/// How many messages came since the list was paused; none if the pause is over, because a new bench began.
fn behind(paused: &Log<TraceEntry>, trace: &Log<TraceEntry>) -> Option<usize> {
    total(trace).checked_sub(total(paused))
}

/// The list, and the open row's fields and bytes.
#[component]
pub fn WireTab(props: &WireTabProps) -> Html {
    let words = &props.words;
    let insight = use_insight();
    let paused = use_state(|| None::<Log<TraceEntry>>);
    let behind = paused
        .as_ref()
        .and_then(|paused| behind(paused, &props.trace));
    let trace = match (&*paused, behind) {
        (Some(paused), Some(_)) => paused,
        _ => &props.trace,
    };
    let pause = {
        let (paused, trace) = (paused.clone(), props.trace.clone());
        let is_paused = behind.is_some();
        Callback::from(move |()| paused.set((!is_paused).then(|| trace.clone())))
    };
    use_shortcut(Shortcut::Pause, pause.clone());
    let filter = use_state(Filter::default);
    let open = use_state(|| None::<u64>);
    let view = use_node_ref();
    let scrolled = use_state(|| (0, 600));
    let rows = use_memo((trace.clone(), (*filter).clone()), |(trace, filter)| {
        trace
            .entries()
            .iter()
            .filter(|entry| filter.wants(entry))
            .cloned()
            .collect::<Vec<_>>()
    });
    let follow = use_follow_end(view.clone(), Rc::clone(&rows));
    let on_scroll = {
        let (scrolled, follow) = (scrolled.clone(), follow.on_scroll.clone());
        Callback::from(move |event: Event| {
            if let Some(view) = event.target_dyn_into::<Element>() {
                scrolled.set((view.scroll_top(), view.client_height()));
            }
            follow.emit(event);
        })
    };
    let onkeydown = {
        let (rows, open, view) = (Rc::clone(&rows), open.clone(), view.clone());
        Callback::from(move |event: KeyboardEvent| {
            let at = open.and_then(|id| rows.iter().position(|entry| entry.id == id));
            if let Some(to) = walk(&event.key(), at, rows.len())
                .and_then(|to| rows.get(to).map(|row| (to, row.id)))
            {
                event.prevent_default();
                reveal(&view, to.0);
                open.set(Some(to.1));
            }
        })
    };
    use_effect_with(*open, |open| {
        let in_list = dom::document()
            .active_element()
            .is_some_and(|element| element.closest(".wire-rows").ok().flatten().is_some());
        if let (Some(id), true) = (open, in_list) {
            dom::focus(&format!("wire-row-{id}"));
        }
    });
    let (first, shown) = window(scrolled.0, scrolled.1, rows.len());
    let before = i32::try_from(first).unwrap_or(i32::MAX).saturating_mul(ROW);
    let after = i32::try_from(rows.len() - first - shown)
        .unwrap_or(i32::MAX)
        .saturating_mul(ROW);
    let drawn = rows.iter().enumerate().skip(first).take(shown);
    let opened = open
        .and_then(|id| rows.iter().find(|entry| entry.id == id))
        .cloned();
    let close = {
        let open = open.clone();
        Callback::from(move |()| {
            if let Some(id) = *open {
                dom::focus(&format!("wire-row-{id}"));
            }
            open.set(None);
        })
    };
    html! {
        <div class={classes!("wire", opened.is_some().then_some("split"))}>
            <div class="wire-list">
                <div class="filters">
                    { filters(trace, &filter, words) }
                    <span class="filters-gap"></span>
                    { pause_button(behind, &pause, words) }
                    { export_button(trace, words) }
                    if insight.skipped > 0 {
                        <p class="wire-skipped">{ skipped(insight.skipped, words) }</p>
                    }
                </div>
                <div class="wire-frame">
                    <div ref={view} class="wire-rows" onscroll={on_scroll} tabindex={rows.is_empty().then_some("0")}
                        role="region" aria-label={words.text("wire-rows")} {onkeydown}>
                        if trace.is_empty() {
                            <p class="empty">{ words.text(&format!("{}-empty-wire", props.lesson.id)) }</p>
                        } else if rows.is_empty() {
                            <p class="empty">{ words.text("wire-filtered") }</p>
                        } else {
                            <ol style={format!("padding-top:{before}px;padding-bottom:{after}px")}>
                                { for drawn.map(|(at, entry)| row(entry, at, rows.len(), &open, &insight.host_name, words)) }
                            </ol>
                        }
                    </div>
                    { jump_button(&follow, words) }
                </div>
            </div>
            if let Some(entry) = opened {
                <WireDetail words={words.clone()} key={entry.id} entry={Rc::clone(&entry)} on_close={close} />
            }
        </div>
    }
}

/// The row that an arrow key leads to.
fn walk(key: &str, at: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match (key, at) {
        ("ArrowDown", Some(at)) => Some((at + 1).min(last)),
        ("ArrowUp", Some(at)) => Some(at.saturating_sub(1)),
        ("Home", Some(_)) => Some(0),
        ("End", Some(_)) => Some(last),
        _ => None,
    }
}

/// Scrolls a row into view, before it is drawn.
fn reveal(view: &NodeRef, row: usize) {
    let Some(view) = view.cast::<Element>() else {
        return;
    };
    let top = i32::try_from(row).unwrap_or(i32::MAX).saturating_mul(ROW);
    if top < view.scroll_top() {
        view.set_scroll_top(top);
    } else if top + ROW > view.scroll_top() + view.client_height() {
        view.set_scroll_top(top + ROW - view.client_height());
    }
}

fn row(
    entry: &TraceEntry,
    at: usize,
    count: usize,
    open: &UseStateHandle<Option<u64>>,
    host: &str,
    words: &Words,
) -> Html {
    let (side, side_word) = match entry.side {
        Side::Device => ("device", "device"),
        Side::Cloud => ("cloud", "cloud"),
    };
    let (arrow, arrow_word) = match entry.direction {
        Direction::ToHub => ("arrow-right", "wire-to-hub"),
        Direction::FromHub => ("arrow-left", "wire-from-hub"),
    };
    let is_open = **open == Some(entry.id);
    let id = entry.id;
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(if is_open { None } else { Some(id) }))
    };
    let summary = summary(entry, host, words);
    let party = party(entry, words);
    html! {
        <li key={id} aria-setsize={count.to_string()} aria-posinset={(at + 1).to_string()}>
            <button type="button" id={format!("wire-row-{id}")} class={classes!("wire-row", side)}
                aria-expanded={is_open.to_string()} {onclick}>
                <span class="wire-time">{ clock::precise_time_of_day(entry.at.as_millis()) }</span>
                <span class="wire-arrow">{ icon(arrow) }<span class="unseen">{ words.text(arrow_word) }</span></span>
                <span class="wire-party" title={party.clone()}><span class="unseen">{ words.text(side_word) }{ " " }</span>{ party }</span>
                <span class="wire-kind">{ &entry.kind }</span>
                { shortened("wire-summary", &summary, TAIL) }
                <span class="wire-size">{ words.with("bytes", [("count", entry.size.into())]) }</span>
            </button>
        </li>
    }
}

/// Whose entry it is: a device's or a program's own name, and words for what the page does without a program.
fn party(entry: &TraceEntry, words: &Words) -> AttrValue {
    let id = format!("party-{}", entry.party);
    if entry.side == Side::Cloud && words.has(&id) {
        words.text(&id)
    } else {
        entry.party.clone().into()
    }
}

/// What an entry is about: the wire's own words, but for a connection that was closed and a request that got no answer,
/// which no packet tells of.
pub(super) fn summary(entry: &TraceEntry, host: &str, words: &Words) -> AttrValue {
    match entry.kind.as_str() {
        "CLOSED" => words.text(&format!("close-{}", entry.summary)),
        "FAILED" => trouble(&entry.summary, host, words),
        _ => entry.summary.clone().into(),
    }
}

/// What kept a request from the hub; what to do about it is told by the hub's own dialog.
fn trouble(kind: &str, host: &str, words: &Words) -> AttrValue {
    let id = format!("trouble-{kind}");
    if !words.has(&id) {
        return kind.to_owned().into();
    }
    let said = words.with(&id, [("host", host.into())]);
    let what = said.lines().map(str::trim).find(|line| !line.is_empty());
    what.unwrap_or_default().to_owned().into()
}

fn filters(trace: &Log<TraceEntry>, filter: &UseStateHandle<Filter>, words: &Words) -> Html {
    let side = |(wanted, id): (Option<Side>, &str)| {
        let current = filter.clone();
        Choice {
            label: html! { { words.text(id) } },
            title: None,
            taken: filter.side == wanted,
            take: Callback::from(move |_| {
                current.set(Filter {
                    side: wanted,
                    ..(*current).clone()
                });
            }),
        }
    };
    let sides = [
        (None, "wire-filter-all"),
        (Some(Side::Device), "device"),
        (Some(Side::Cloud), "cloud"),
    ];
    let entries = trace.entries();
    let kinds = distinct(entries.iter().map(|entry| entry.kind.as_str()));
    let choose_kind = {
        let filter = filter.clone();
        Callback::from(move |kind| {
            filter.set(Filter {
                kind,
                ..(*filter).clone()
            });
        })
    };
    let devices = distinct(
        entries
            .iter()
            .filter_map(|entry| entry.device_id.as_deref()),
    );
    let choose_device = {
        let filter = filter.clone();
        Callback::from(move |device| {
            filter.set(Filter {
                device,
                ..(*filter).clone()
            });
        })
    };
    html! {
        <>
            { choices("wire-side", words.text("wire-filter-side"), sides.into_iter().map(side)) }
            { select(words.text("wire-filter-kind"), Some(words.text("wire-filter-any-kind")), kinds,
                filter.kind.as_deref(), choose_kind) }
            if devices.len() > 1 {
                { select(words.text("filter-device"), Some(words.text("filter-any-device")), devices,
                    filter.device.as_deref(), choose_device) }
            }
        </>
    }
}

/// Stops the list, and lets it go on; says how many messages wait.
fn pause_button(behind: Option<usize>, pause: &Callback<()>, words: &Words) -> Html {
    let (picture, label) = match behind {
        None => ("pause", words.text("wire-pause")),
        Some(count) => ("play", words.with("wire-resume", [("count", count.into())])),
    };
    html! {
        <button type="button" class="button small wire-pause" aria-pressed={behind.is_some().to_string()}
            onclick={pause.reform(|_: MouseEvent| ())}>{ icon(picture) }<span>{ label }</span></button>
    }
}

fn export_button(trace: &Log<TraceEntry>, words: &Words) -> Html {
    let trace = trace.clone();
    icon_button(
        "download",
        words.text("wire-export"),
        Callback::from(move |_| wire_export::save(&trace)),
    )
}

/// How many messages are not in the list.
fn skipped(count: u64, words: &Words) -> AttrValue {
    // A count of messages is far below what a double holds exactly.
    #[expect(clippy::cast_precision_loss)]
    let number = js_sys::Number::from(count as f64);
    let count: String = number.to_locale_string(words.locale().id).into();
    words.with("wire-skipped", [("count", count.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rows_in_sight_are_drawn() {
        assert_eq!(window(0, 300, 0), (0, 0));
        assert_eq!(window(0, 300, 5), (0, 5));
        assert_eq!(window(0, 300, 1_000), (0, 35));
        assert_eq!(window(15_000, 300, 1_000), (488, 35));
        assert_eq!(window(30_000, 300, 1_000), (988, 12));
        assert_eq!(window(90_000, 300, 10), (10, 0));
    }

    #[test]
    fn arrows_stop_at_the_ends() {
        assert_eq!(walk("ArrowDown", Some(1), 2), Some(1));
        assert_eq!(walk("ArrowUp", Some(0), 2), Some(0));
        assert_eq!(walk("ArrowDown", None, 2), None);
        assert_eq!(walk("ArrowDown", Some(0), 0), None);
    }
}
