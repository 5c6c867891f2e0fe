//! The source of the programs on one side: the very files that run.

use lab::view::ProgramState;
use lessons::outline::ProgramOutline;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::copy_button::CopyButton;
use super::icon::icon;
use crate::highlight::{Token, tokens};
use crate::i18n::Words;
use crate::storage::{Change, Kept};

/// The programs to choose from.
#[derive(Clone, PartialEq, Properties)]
pub struct ListingProps {
    /// Its element's id.
    pub id: &'static str,
    /// The words of the reader's language.
    pub words: Words,
    /// The programs of one side, and what each of them does, if anything was heard of it.
    pub programs: Vec<(&'static ProgramOutline, Option<ProgramState>)>,
    /// The name of the one that the open step is about, if it is on this side.
    pub focus: Option<&'static str>,
    /// Whether the source is shown.
    pub open: bool,
    /// Where it is kept whether the source is shown.
    pub kept: UseReducerDispatcher<Kept>,
}

/// Tabs of programs and the source of one.
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
    let shown = chosen.or(props.focus);
    let shown = props
        .programs
        .iter()
        .map(|(program, _)| *program)
        .find(|program| Some(program.name) == shown)
        .or(props.programs.first().map(|(program, _)| *program));
    let tabs = use_node_ref();
    use_effect_with(shown.map(|program| program.name), {
        let tabs = tabs.clone();
        move |_| show_tab(&tabs)
    });
    let Some(shown) = shown else { return html! {} };
    let tab = |(program, state): &(&'static ProgramOutline, Option<ProgramState>)| {
        let (chosen, name) = (chosen.clone(), program.name);
        html! {
            <button type="button" class="file-tab" aria-pressed={(program.name == shown.name).to_string()}
                onclick={move |_: MouseEvent| chosen.set(Some(name))}>
                <span>{ program.file }</span>{ state_badge(*state, words) }
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
                <CopyButton words={words.clone()} text={shown.source} label={words.with("listing-copy", [("file", shown.file.into())])} />
            </div>
            if props.open {
                <Source key={shown.name} source={shown.source} label={words.with("listing-of", [("file", shown.file.into())])} />
            }
        </div>
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

#[derive(Clone, PartialEq, Properties)]
struct SourceProps {
    source: &'static str,
    label: AttrValue,
}

#[component]
fn Source(props: &SourceProps) -> Html {
    let piece = |(token, text): (Token, &'static str)| match token {
        Token::Plain => html! { { text } },
        Token::Comment => html! { <span class="code-comment">{ text }</span> },
        Token::Text => html! { <span class="code-text">{ text }</span> },
        Token::Number => html! { <span class="code-number">{ text }</span> },
        Token::Keyword => html! { <span class="code-keyword">{ text }</span> },
    };
    html! {
        <pre class="source" role="region" aria-label={props.label.clone()} tabindex="0"><code>
            { for tokens(props.source).into_iter().map(piece) }
        </code></pre>
    }
}
