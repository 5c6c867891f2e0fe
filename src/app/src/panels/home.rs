//! The first page: what this is, and the way in.

use lessons::outline::{LESSONS, LessonOutline};
use yew::prelude::*;

use super::icon::icon;
use super::title::use_title;
use crate::app::KeptHandle;
use crate::i18n::{Words, use_words};
use crate::routes::Route;
use crate::storage::Kept;
use crate::texts::LessonTexts;

/// The lessons to choose from.
#[derive(Clone, PartialEq, Properties)]
pub struct HomeProps {
    /// Their texts, for the titles.
    pub texts: LessonTexts,
}

/// One screen: a sentence, a picture, a button, and the list of lessons.
///
/// # Panics
///
/// Outside of the app.
#[component]
pub fn Home(props: &HomeProps) -> Html {
    let words = use_words();
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    use_title(None);
    html! {
        <main id="main" class="home" tabindex="-1">
            <h1>{ words.text("home-title") }</h1>
            <p class="lead">{ words.text("home-lead") }</p>
            { picture(&words) }
            <p class="home-start">{ LESSONS.first().map(|lesson| start(lesson, &words, &kept)) }</p>
            <p class="quiet">{ words.text("home-promise") }</p>
            <h2>{ words.text("lessons") }</h2>
            <ol class="home-lessons">
                { for LESSONS.iter().map(|lesson| entry(lesson, props, &words, &kept)) }
            </ol>
        </main>
    }
}

/// Device, hub and program, and the wire between them.
fn picture(words: &Words) -> Html {
    html! {
        <div class="home-picture" role="img" aria-label={words.text("home-picture")}>
            <span class="home-party device">{ icon("device") }<span>{ words.text("device") }</span></span>
            <span class="home-wire device"><code>{ "PUBLISH" }</code></span>
            <span class="home-party hub">{ icon("hub") }<span>{ words.text("hub") }</span></span>
            <span class="home-wire cloud"><code>{ "GET" }</code></span>
            <span class="home-party cloud">{ icon("cloud") }<span>{ words.text("cloud") }</span></span>
        </div>
    }
}

fn start(lesson: &LessonOutline, words: &Words, kept: &Kept) -> Html {
    let route = Route::Lesson {
        lesson: lesson.id.to_owned(),
    };
    let is_begun = kept.count_passed(lesson.id) > 0;
    let label = if is_begun {
        "home-continue"
    } else {
        "home-start"
    };
    html! {
        <a class="button primary large" href={route.href()}>
            { words.text(label) }{ icon("arrow-right") }
        </a>
    }
}

fn entry(lesson: &LessonOutline, props: &HomeProps, words: &Words, kept: &Kept) -> Html {
    let route = Route::Lesson {
        lesson: lesson.id.to_owned(),
    };
    let title = props.texts.get(lesson.id).map(|text| text.title.clone());
    let progress = words.with(
        "progress",
        [
            ("passed", kept.count_passed(lesson.id).into()),
            ("steps", lesson.steps.len().into()),
        ],
    );
    html! {
        <li key={lesson.id}>
            <a href={route.href()}>{ title }</a>
            <span class="quiet">{ progress }</span>
        </li>
    }
}
