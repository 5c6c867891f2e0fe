//! A bar between two parts that can be moved, by pointer and by keys.

use web_sys::Element;
use yew::prelude::*;

use crate::storage::SPLIT_RANGE;

/// How far an arrow key moves the bar, in percent.
const STEP: f64 = 2.0;

/// Which way the parts lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Side by side: the bar moves left and right.
    Columns,
    /// One above the other: the bar moves up and down.
    Rows,
}

/// A bar and where it is.
#[derive(Clone, PartialEq, Properties)]
pub struct SplitterProps {
    /// Which way the parts lie.
    pub axis: Axis,
    /// What the bar is between, for screen readers.
    pub label: AttrValue,
    /// The id of the first part, whose size the bar sets.
    pub controls: AttrValue,
    /// The elements between which 0 and 100 percent lie: the ids of the first and the last part.
    pub last: AttrValue,
    /// The first part's share, in percent.
    pub percent: f64,
    /// Told the new share when the bar is moved.
    pub on_move: Callback<f64>,
}

/// The bar.
#[component]
pub fn Splitter(props: &SplitterProps) -> Html {
    let dragging = use_mut_ref(|| false);
    let onpointerdown = {
        let dragging = dragging.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(bar) = event.target_dyn_into::<Element>() {
                let _ = bar.set_pointer_capture(event.pointer_id());
                *dragging.borrow_mut() = true;
                event.prevent_default();
            }
        })
    };
    let onpointermove = {
        let (dragging, props) = (dragging.clone(), props.clone());
        Callback::from(move |event: PointerEvent| {
            if *dragging.borrow()
                && let Some(percent) = share(&event, &props)
            {
                props.on_move.emit(percent);
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| *dragging.borrow_mut() = false);
    let onkeydown = {
        let (axis, percent, on_move) = (props.axis, props.percent, props.on_move.clone());
        Callback::from(move |event: KeyboardEvent| {
            if let Some(percent) = moved(axis, percent, &event.key()) {
                event.prevent_default();
                on_move.emit(percent);
            }
        })
    };
    let (class, orientation) = match props.axis {
        Axis::Columns => ("splitter columns", "vertical"),
        Axis::Rows => ("splitter rows", "horizontal"),
    };
    html! {
        <div {class} role="separator" tabindex="0" aria-orientation={orientation}
            aria-label={props.label.clone()} aria-controls={props.controls.clone()}
            aria-valuenow={format!("{:.0}", props.percent)} aria-valuemin={SPLIT_RANGE.start().to_string()}
            aria-valuemax={SPLIT_RANGE.end().to_string()} {onpointerdown} {onpointermove}
            onpointercancel={onpointerup.clone()} {onpointerup} {onkeydown}></div>
    }
}

/// Where the bar goes when a key is pressed.
fn moved(axis: Axis, percent: f64, key: &str) -> Option<f64> {
    let by = match (axis, key) {
        (Axis::Columns, "ArrowLeft") | (Axis::Rows, "ArrowUp") => -STEP,
        (Axis::Columns, "ArrowRight") | (Axis::Rows, "ArrowDown") => STEP,
        (_, "Home") => return Some(*SPLIT_RANGE.start()),
        (_, "End") => return Some(*SPLIT_RANGE.end()),
        _ => return None,
    };
    Some((percent + by).clamp(*SPLIT_RANGE.start(), *SPLIT_RANGE.end()))
}

/// The share of the first part if the bar is where the pointer is.
fn share(event: &PointerEvent, props: &SplitterProps) -> Option<f64> {
    let first = crate::dom::element(&props.controls)?.get_bounding_client_rect();
    let last = crate::dom::element(&props.last)?.get_bounding_client_rect();
    let (at, start, end) = match props.axis {
        Axis::Columns => (event.client_x(), first.left(), last.right()),
        Axis::Rows => (event.client_y(), first.top(), last.bottom()),
    };
    let percent = (f64::from(at) - start) / (end - start) * 100.0;
    percent
        .is_finite()
        .then(|| percent.clamp(*SPLIT_RANGE.start(), *SPLIT_RANGE.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_along_the_axis_and_stop_at_the_ends() {
        assert_eq!(moved(Axis::Columns, 50.0, "ArrowLeft"), Some(48.0));
        assert_eq!(moved(Axis::Columns, 50.0, "ArrowUp"), None);
        assert_eq!(moved(Axis::Rows, 79.5, "ArrowDown"), Some(80.0));
        assert_eq!(moved(Axis::Rows, 50.0, "Home"), Some(20.0));
    }
}
