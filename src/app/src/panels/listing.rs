//! The source of the programs on one side: the very files that run, and other ways to write the same.

use lab::view::{ProgramState, Side, Tool};
use lessons::message::Command;
use lessons::outline::{Language, ProgramOutline};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::copy_button::CopyButton;
use super::icon::icon;
use crate::classroom_link::ClassroomLink;
use crate::i18n::{Value, Words};
use crate::listings;
use crate::spelling::Spelling;
use crate::state::{Action, Bench, Progress};
use crate::storage::{Change, Kept};

/// A program to choose.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// The program.
    pub outline: &'static ProgramOutline,
    /// What it does, if anything was heard of it.
    pub state: Option<ProgramState>,
    /// What it is at.
    pub progress: Progress,
    /// Whether what it sent last is being asked for.
    pub is_asked: bool,
    /// The title of the step that it belongs to, if any.
    pub step: Option<AttrValue>,
}

/// The programs to choose from.
#[derive(Clone, PartialEq, Properties)]
pub struct ListingProps {
    /// Its element's id.
    pub id: &'static str,
    /// The words of the reader's language.
    pub words: Words,
    /// The side.
    pub side: Side,
    /// Its programs.
    pub programs: Vec<Shown>,
    /// The name of the one that the open step is about, if it is on this side.
    pub focus: Option<&'static str>,
    /// Whether the source is shown.
    pub open: bool,
    /// How it is spelt.
    pub spelling: Spelling,
    /// Where both are kept.
    pub kept: UseReducerDispatcher<Kept>,
    /// Whom to ask for what a program sent in other words.
    pub link: ClassroomLink,
    /// Where the answer comes.
    pub bench: UseReducerDispatcher<Bench>,
}

/// What there is to read of a program.
#[derive(PartialEq)]
enum Content {
    /// Its source: HTML and text.
    Source(AttrValue, AttrValue),
    /// What it sent last, in the words of a tool.
    Action(AttrValue),
    /// Something to say instead.
    Nothing(AttrValue),
    /// It is under way.
    Waiting,
}

/// Tabs of programs and of spellings, and one program in one spelling.
#[component]
pub fn Listing(props: &ListingProps) -> Html {
    let words = &props.words;
    let chosen = use_state(|| None::<&'static str>);
    use_effect_with(props.focus, {
        let chosen = chosen.clone();
        move |focus| {
            if focus.is_some() {
                chosen.set(None);
            }
        }
    });
    // A step without a program on this side leaves the one that was there: it is the one that the text speaks of.
    let last = use_mut_ref(|| None::<&'static str>);
    if props.focus.is_some() {
        *last.borrow_mut() = props.focus;
    }
    let shown = chosen.or(*last.borrow());
    let mut programs = props.programs.iter();
    let shown = programs
        .find(|program| Some(program.outline.name) == shown)
        .or(props.programs.first());
    let tabs = use_node_ref();
    use_effect_with(shown.map(|program| program.outline.name), {
        let tabs = tabs.clone();
        move |_| show_tab(&tabs)
    });
    let fetched = use_state(|| None::<(String, bool)>);
    let path = shown.and_then(|shown| path(shown.outline, props.spelling));
    use_effect_with(path.clone().filter(|_| props.open), {
        let fetched = fetched.clone();
        move |path| {
            let Some(path) = path.clone().filter(|path| listings::known(path).is_none()) else {
                return;
            };
            wasm_bindgen_futures::spawn_local(async move {
                let is_there = listings::fetch(path.clone()).await;
                fetched.set(Some((path, is_there)));
            });
        }
    });
    let entry = shown.and_then(|shown| entry_to_ask_for(shown, props));
    use_effect_with(entry, {
        let (link, bench) = (props.link.clone(), props.bench.clone());
        move |entry| {
            if let Some((program, entry)) = *entry {
                bench.dispatch(Action::AskedToSpell(program, entry));
                link.send(&Command::Inspect { entry });
            }
        }
    });
    let content = shown.map_or(Content::Waiting, |shown| match &path {
        Some(path) => source(path, fetched.as_ref(), words),
        None => action(shown, props),
    });
    let source = use_node_ref();
    let line = shown.and_then(|shown| shown.progress.line);
    let line = line.filter(|_| props.spelling == Spelling::Source(Language::Rust));
    use_effect_with((line, path, matches!(content, Content::Source(..))), {
        let source = source.clone();
        move |(line, ..)| mark(&source, *line)
    });
    let Some(shown) = shown else { return html! {} };
    let tab = |program: &Shown| {
        let (chosen, name) = (chosen.clone(), program.outline.name);
        html! {
            <button type="button" class="file-tab" aria-pressed={(name == shown.outline.name).to_string()}
                onclick={move |_: MouseEvent| chosen.set(Some(name))}>
                <span>{ name }</span>{ state_badge(program.state, words) }
            </button>
        }
    };
    let toggle = {
        let (kept, open) = (props.kept.clone(), props.open);
        Callback::from(move |_: MouseEvent| kept.dispatch(Change::Listings(!open)))
    };
    let fold = words.text(if props.open {
        "listing-fold"
    } else {
        "listing-unfold"
    });
    html! {
        <div id={props.id} class={classes!("listing", props.open.then_some("open"))}>
            <div class="listing-head">
                <button type="button" class="button bare square small fold" aria-expanded={props.open.to_string()}
                    aria-label={words.text("listing")} title={fold} onclick={toggle}>{ icon("chevron") }</button>
                <div class="file-tabs" ref={tabs}>{ for props.programs.iter().map(tab) }</div>
            </div>
            if props.open {
                { spellings(props, shown, &content) }
                { body(props, shown, &content, source) }
            }
        </div>
    }
}

/// The tabs of spellings, and the button that copies the open one.
fn spellings(props: &ListingProps, shown: &Shown, content: &Content) -> Html {
    let words = &props.words;
    let tab = |spelling: Spelling| {
        let kept = props.kept.clone();
        html! {
            <button type="button" class="file-tab" aria-pressed={(spelling == props.spelling).to_string()}
                onclick={move |_: MouseEvent| kept.dispatch(Change::Spelling(spelling))}>
                { words.text(spelling.word(props.side)) }
            </button>
        }
    };
    let text = match content {
        Content::Source(_, text) | Content::Action(text) => Some(text.clone()),
        Content::Nothing(_) | Content::Waiting => None,
    };
    html! {
        <div class="listing-head spellings" role="group" aria-label={words.text("spellings")}>
            <div class="file-tabs">{ for Spelling::ALL.into_iter().map(tab) }</div>
            if let Some(text) = text {
                <CopyButton words={words.clone()} {text} label={words.with("listing-copy", arguments(props, shown))} />
            }
        </div>
    }
}

fn body(props: &ListingProps, shown: &Shown, content: &Content, source: NodeRef) -> Html {
    let label = props.words.with("listing-of", arguments(props, shown));
    let code = match content {
        Content::Source(html, _) => Html::from_html_unchecked(html.clone()),
        Content::Action(text) => html! { { text } },
        Content::Nothing(text) => html! { <p class="empty">{ text }</p> },
        Content::Waiting => html! {},
    };
    let class = matches!(content, Content::Action(_)).then_some("action");
    html! {
        if let Content::Nothing(_) = content {
            <div class="source">{ code }</div>
        } else {
            // A new element for each program and spelling begins at its top.
            <pre key={format!("{} {}", shown.outline.name, props.spelling.id())} ref={source} class={classes!("source", class)}
                role="region" aria-label={label} tabindex="0"><code>{ code }</code></pre>
        }
    }
}

/// The name of a program and of the spelling in which it is shown.
fn arguments(props: &ListingProps, shown: &Shown) -> [(&'static str, Value); 2] {
    let spelling = props.words.text(props.spelling.word(props.side));
    [
        ("program", shown.outline.name.into()),
        ("spelling", spelling.to_string().into()),
    ]
}

/// Where a program's source is, if that is what the spelling shows.
fn path(program: &ProgramOutline, spelling: Spelling) -> Option<String> {
    match spelling {
        Spelling::Source(language) => Some(program.listing(language)),
        Spelling::Az | Spelling::Protocol => None,
    }
}

/// The source at a path, as far as it is fetched.
fn source(path: &str, fetched: Option<&(String, bool)>, words: &Words) -> Content {
    if let Some(listing) = listings::known(path) {
        return Content::Source(listing.html.clone(), listing.text.clone());
    }
    match fetched {
        Some((tried, false)) if tried == path => Content::Nothing(words.text("listing-failed")),
        _ => Content::Waiting,
    }
}

/// The program and the entry to ask for, if it is the newest that is shown in other words.
fn entry_to_ask_for(shown: &Shown, props: &ListingProps) -> Option<(&'static str, u64)> {
    let progress = &shown.progress;
    let entry = progress.entry?;
    let is_known = progress
        .spelt
        .as_ref()
        .is_some_and(|(spelt, _)| *spelt == entry);
    let is_wanted = props.open && !matches!(props.spelling, Spelling::Source(_));
    (is_wanted && !is_known && !shown.is_asked).then_some((shown.outline.name, entry))
}

/// What a program sent last in the words of a tool.
fn action(shown: &Shown, props: &ListingProps) -> Content {
    let Some((_, detail)) = &shown.progress.spelt else {
        return match shown.progress.entry {
            Some(_) => Content::Waiting,
            None => Content::Nothing(nothing_sent(shown, props)),
        };
    };
    let is_meant = |tool: Tool| match props.spelling {
        Spelling::Az => tool == Tool::Az,
        Spelling::Protocol => tool != Tool::Az,
        Spelling::Source(_) => false,
    };
    let mut spellings = detail.iter().flat_map(|detail| &detail.spellings);
    match spellings.find(|spelling| is_meant(spelling.tool)) {
        Some(spelling) => Content::Action(spelling.text.clone().into()),
        None => Content::Nothing(
            props
                .words
                .with("listing-no-words", arguments(props, shown)),
        ),
    }
}

/// What will be here, and what makes it appear.
fn nothing_sent(shown: &Shown, props: &ListingProps) -> AttrValue {
    let [program, spelling] = arguments(props, shown);
    match &shown.step {
        Some(step) => props.words.with(
            "listing-not-sent-step",
            [program, spelling, ("step", step.to_string().into())],
        ),
        None => props.words.with("listing-not-sent", [program, spelling]),
    }
}

/// Marks the line that runs, and shows it, unless somebody is reading there.
fn mark(source: &NodeRef, line: Option<u32>) {
    let Some(source) = source.cast::<HtmlElement>() else {
        return;
    };
    let found = |selector: &str| source.query_selector(selector).ok().flatten();
    if let Some(marked) = found("[aria-current]") {
        let _ = marked.remove_attribute("aria-current");
    }
    let Some(line) = line.and_then(|line| found(&format!("[data-line=\"{line}\"]"))) else {
        return;
    };
    let _ = line.set_attribute("aria-current", "true");
    let Ok(line) = line.dyn_into::<HtmlElement>() else {
        return;
    };
    let (top, height) = (
        line.offset_top() - source.offset_top(),
        source.client_height(),
    );
    let place = top - source.scroll_top();
    let is_seen = place >= 0 && place + line.offset_height() <= height;
    if !is_seen && !source.matches(":hover, :focus").unwrap_or(true) {
        source.set_scroll_top(top - height / 2);
    }
}

/// Scrolls the row of tabs to the chosen one.
fn show_tab(tabs: &NodeRef) {
    let Some(tabs) = tabs.cast::<HtmlElement>() else {
        return;
    };
    let chosen = tabs.query_selector("[aria-pressed=true]").ok().flatten();
    if let Some(chosen) = chosen.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
        tabs.set_scroll_left(chosen.offset_left() - tabs.offset_left());
    }
}

fn state_badge(state: Option<ProgramState>, words: &Words) -> Html {
    let (class, picture, id) = match state {
        None => return html! {},
        Some(ProgramState::Running) => ("running", "running", "program-running"),
        Some(ProgramState::Finished) => ("finished", "passed", "program-finished"),
        Some(ProgramState::Failed) => ("failed", "warning", "program-failed"),
        Some(ProgramState::Stopped) => ("stopped", "stop", "program-stopped"),
    };
    html! { <span class={classes!("program-state", class)}>{ icon(picture) }<span>{ words.text(id) }</span></span> }
}
