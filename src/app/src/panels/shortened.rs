//! A text that is shortened before its end where there is no room for all of it: the ends of ids and topics tell them apart.

use yew::prelude::*;

/// How much of the end of a device id always stays.
pub const ID_TAIL: usize = 8;

/// The text in an element of this class, with the whole of it as its title. The last `tail` characters always stay.
pub fn shortened(class: &'static str, text: &str, tail: usize) -> Html {
    let (head, end) = cut(text, tail);
    html! {
        <span class={classes!("shortened", class)} title={text.to_owned()}><span>{ head }</span><span>{ end }</span></span>
    }
}

/// A long text in two pieces. A short one is not worth it.
fn cut(text: &str, tail: usize) -> (&str, &str) {
    let start = text
        .char_indices()
        .rev()
        .nth(tail.saturating_sub(1))
        .map_or(0, |(at, _)| at);
    if start < tail * 2 {
        (text, "")
    } else {
        text.split_at(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_near_its_end() {
        assert_eq!(cut("short", 14), ("short", ""));
        let (head, tail) = cut(
            "devices/MyFirstPythonDevice/messages/events/Property=PropMsg_1",
            14,
        );
        assert_eq!(tail, "erty=PropMsg_1");
        assert!(head.ends_with("/Prop"));
        assert_eq!(cut(&"ü".repeat(30), 14).1.chars().count(), 14);
    }
}
