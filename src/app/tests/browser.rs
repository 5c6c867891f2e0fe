//! What only a browser can say: storage, and what is drawn.

#![cfg(target_arch = "wasm32")]

use gloo::timers::future::sleep;
use std::time::Duration;

use lab::view::{ConsoleLine, Side, Span, Tone};
use lessons::message::Report;
use page::i18n::{LOCALES, Words};
use page::panels::console::Console;
use page::state::{Action, Bench};
use page::storage::{Change, KEY, Kept};
use page::theme::Theme;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wire::timestamp::Timestamp;
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

fn storage() -> web_sys::Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

#[wasm_bindgen_test]
fn what_is_saved_is_loaded() {
    storage().clear().unwrap();
    assert_eq!(Kept::load().write(), Kept::default().write());
    let kept = std::rc::Rc::new(Kept::default()).reduce(Change::Theme(Theme::Dark));
    kept.save();
    assert_eq!(Kept::load().write(), kept.write());
}

#[wasm_bindgen_test]
fn hostile_storage_is_ignored_and_replaced() {
    for hostile in [
        "",
        "null",
        "version 1\nspeed x",
        "version 2\nspeed 60",
        "\u{0}\u{ffff}",
    ] {
        storage().set_item(KEY, hostile).unwrap();
        assert_eq!(Kept::load().write(), Kept::default().write());
        Kept::load().save();
        assert_ne!(storage().get_item(KEY).unwrap().unwrap(), hostile);
    }
}

/// Stands in for `www/words.js`, which the start script brings: knows messages of one line.
fn bring_words() {
    let make = js_sys::Function::new_no_args(
        "const messages = new Map(); \
         return { \
           add: (fluent) => fluent.split('\\n').forEach((line) => messages.set(...line.split(' = '))), \
           has: (id) => messages.has(id), \
           format: (id) => messages.get(id), \
         };",
    );
    js_sys::Reflect::set(&js_sys::global(), &"newWords".into(), &make).unwrap();
}

#[derive(Clone, PartialEq, Properties)]
struct StageProps {
    bench: Bench,
}

/// A console with the words that it needs.
#[component]
fn Stage(props: &StageProps) -> Html {
    let fluent = "secret-reveal = Show the secret\n".to_owned();
    let words = use_memo((), |()| Words::new(&LOCALES[0], fluent));
    html! {
        <Console words={(*words).clone()} lines={props.bench.cloud_console.clone()} id="console-cloud" label="console" empty="nothing yet" />
    }
}

async fn draw(bench: Bench) -> web_sys::Element {
    bring_words();
    let document = web_sys::window().unwrap().document().unwrap();
    let root = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&root).unwrap();
    yew::Renderer::<Stage>::with_root_and_props(root.clone(), StageProps { bench }).render();
    sleep(Duration::ZERO).await;
    root
}

#[wasm_bindgen_test]
async fn an_empty_console_says_what_will_come() {
    let root = draw(Bench::default()).await;
    assert!(root.text_content().unwrap().contains("nothing yet"));
}

#[wasm_bindgen_test]
async fn a_secret_is_dots_until_it_is_asked_for() {
    let line = ConsoleLine {
        id: 1,
        at: Timestamp::from_millis(0),
        side: Side::Cloud,
        program: "create_device_identity".to_owned(),
        tone: Tone::Plain,
        spans: vec![
            Span::Text("key = ".to_owned()),
            Span::Secret("c2VjcmV0".to_owned()),
        ],
    };
    let bench =
        std::rc::Rc::new(Bench::default()).reduce(Action::Reports(vec![Report::Console(line)]));
    let root = draw((*bench).clone()).await;
    assert!(root.text_content().unwrap().contains("key = "));
    assert!(!root.inner_html().contains("c2VjcmV0"));
    let reveal = root
        .query_selector("[aria-label='Show the secret']")
        .unwrap()
        .unwrap();
    reveal.unchecked_into::<web_sys::HtmlElement>().click();
    sleep(Duration::ZERO).await;
    assert!(root.text_content().unwrap().contains("c2VjcmV0"));
}
