//! A bar between two parts that can be moved, by pointer and by keys.

use web_sys::Element;
use yew::prelude::*;

use crate::dom;
use crate::storage::SPLIT_RANGE;

/// How far an arrow key moves the bar, in percent.
const STEP: u32 = 2;

/// Which way the parts lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Side by side: the bar moves left and right.
    Columns,
    /// One above the other: the bar moves up and down.
    Rows,
}

/// A bar and where it is.
#[derive(Clone)]
pub struct Splitter {
    /// Which way the parts lie.
    pub axis: Axis,
    /// What the bar is between, for screen readers.
    pub label: AttrValue,
    /// The id of the first part, whose size the bar sets.
    pub first: &'static str,
    /// The id of the part at whose far end 100 percent lie.
    pub last: &'static str,
    /// The first part's share, in percent.
    pub percent: u32,
    /// Told the new share when the bar is moved.
    pub on_move: Callback<u32>,
}

/// The bar.
pub fn splitter(splitter: &Splitter) -> Html {
    let onpointerdown = Callback::from(|event: PointerEvent| {
        if let Some(bar) = event.target_dyn_into::<Element>() {
            let _ = bar.set_pointer_capture(event.pointer_id());
            event.prevent_default();
        }
    });
    let onpointermove = {
        let splitter = splitter.clone();
        Callback::from(move |event: PointerEvent| {
            let bar = event.target_dyn_into::<Element>();
            if bar.is_some_and(|bar| bar.has_pointer_capture(event.pointer_id()))
                && let Some(percent) = share(&event, &splitter)
            {
                splitter.on_move.emit(percent);
            }
        })
    };
    let onkeydown = {
        let splitter = splitter.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(percent) = moved(splitter.axis, splitter.percent, &event.key()) {
                event.prevent_default();
                splitter.on_move.emit(percent);
            }
        })
    };
    let (class, orientation) = match splitter.axis {
        Axis::Columns => ("splitter columns", "vertical"),
        Axis::Rows => ("splitter rows", "horizontal"),
    };
    html! {
        <div {class} role="separator" tabindex="0" aria-orientation={orientation}
            aria-label={splitter.label.clone()} aria-controls={splitter.first}
            aria-valuenow={splitter.percent.to_string()} aria-valuemin={SPLIT_RANGE.start().to_string()}
            aria-valuemax={SPLIT_RANGE.end().to_string()} {onpointerdown} {onpointermove} {onkeydown}></div>
    }
}

/// Where the bar goes when a key is pressed.
fn moved(axis: Axis, percent: u32, key: &str) -> Option<u32> {
    let (least, most) = (*SPLIT_RANGE.start(), *SPLIT_RANGE.end());
    match (axis, key) {
        (Axis::Columns, "ArrowLeft") | (Axis::Rows, "ArrowUp") => {
            Some(percent.saturating_sub(STEP).max(least))
        }
        (Axis::Columns, "ArrowRight") | (Axis::Rows, "ArrowDown") => {
            Some((percent + STEP).min(most))
        }
        (_, "Home") => Some(least),
        (_, "End") => Some(most),
        _ => None,
    }
}

/// The share of the first part if the bar is where the pointer is.
fn share(event: &PointerEvent, splitter: &Splitter) -> Option<u32> {
    let first = dom::element(splitter.first)?.get_bounding_client_rect();
    let last = dom::element(splitter.last)?.get_bounding_client_rect();
    let (at, start, end) = match splitter.axis {
        Axis::Columns => (event.client_x(), first.left(), last.right()),
        Axis::Rows => (event.client_y(), first.top(), last.bottom()),
    };
    let percent = (f64::from(at) - start) / (end - start) * 100.0;
    // Whoever takes it keeps it in range; the cast turns what is no number into 0.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some(percent.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_along_the_axis_and_stop_at_the_ends() {
        assert_eq!(moved(Axis::Columns, 50, "ArrowLeft"), Some(48));
        assert_eq!(moved(Axis::Columns, 50, "ArrowUp"), None);
        assert_eq!(moved(Axis::Rows, 79, "ArrowDown"), Some(80));
        assert_eq!(moved(Axis::Rows, 50, "Home"), Some(20));
    }
}
