//! Lesson texts: from Markdown, one file a lesson and locale, to what a page shows.
//!
//! A lesson's Markdown has one heading of level 1, the title; an introduction; and for each step a heading of level 2
//! with the step's id (`## Register the device {#register}`), the step's text, and a heading of level 3 with the class
//! `hint`, behind which the hint stands. Raw HTML is not taken over.
//! A link to `side:device` or `side:cloud` colours its text as that side's, one to `glossary:term` leads to that term of
//! the glossary, and one to `control:run` becomes a button that points at the control of that id.

use std::fmt;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::{Deserialize, Serialize};

use crate::controls;
use crate::outline::LessonOutline;

/// A lesson's text in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonText {
    /// The lesson's title.
    pub title: String,
    /// What stands before the first step, as HTML.
    pub intro: String,
    /// The steps in order.
    pub steps: Vec<StepText>,
}

/// A step's text in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepText {
    /// The step's id.
    pub id: String,
    /// The step's title.
    pub title: String,
    /// The step's text, as HTML.
    pub body: String,
    /// A hint for whoever is stuck, as HTML.
    pub hint: String,
}

/// What is wrong with a lesson's Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextError {
    /// The lesson's steps and the text's do not agree.
    Steps {
        /// The ids of the lesson's steps.
        expected: Vec<String>,
        /// The ids in the text.
        found: Vec<String>,
    },
    /// A link points at a control that the page does not have.
    Control {
        /// The id in the text.
        id: String,
    },
    /// Something that each lesson or step needs is empty.
    Empty {
        /// What is empty: `title`, `introduction`, or a step's id and part.
        part: String,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps { expected, found } => write!(
                f,
                "expected the steps {expected:?} in this order, found {found:?}; \
                 give each heading of level 2 its step's id, such as {{#register}}"
            ),
            Self::Control { id } => write!(
                f,
                "expected a link to one of the controls {:?}, found control:{id}; name one of them",
                controls::CONTROLS
            ),
            Self::Empty { part } => write!(f, "{part} is empty; write it"),
        }
    }
}

impl std::error::Error for TextError {}

impl LessonText {
    /// Reads a lesson's Markdown, which must have the lesson's steps in their order.
    pub fn parse(lesson: &LessonOutline, markdown: &str) -> Result<Self, TextError> {
        let mut reader = Reader::default();
        for event in Parser::new_ext(
            markdown,
            Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_TABLES,
        ) {
            reader.take(event);
        }
        if let Some(id) = reader.unknown.take() {
            return Err(TextError::Control { id });
        }
        let text = reader.finish();
        text.check(lesson)?;
        Ok(text)
    }

    fn check(&self, lesson: &LessonOutline) -> Result<(), TextError> {
        let expected: Vec<_> = lesson.steps.iter().map(|step| step.id.to_owned()).collect();
        let found: Vec<_> = self.steps.iter().map(|step| step.id.clone()).collect();
        if expected != found {
            return Err(TextError::Steps { expected, found });
        }
        let of_steps = self.steps.iter().flat_map(|step| {
            [
                ("title", &step.title),
                ("text", &step.body),
                ("hint", &step.hint),
            ]
            .map(|(part, text)| (format!("the {part} of step {}", step.id), text))
        });
        let of_lesson = [
            ("the title".to_owned(), &self.title),
            ("the introduction".to_owned(), &self.intro),
        ];
        match of_lesson
            .into_iter()
            .chain(of_steps)
            .find(|(_, text)| text.trim().is_empty())
        {
            Some((part, _)) => Err(TextError::Empty { part }),
            None => Ok(()),
        }
    }
}

/// Sorts the parser's events into the parts of a lesson.
#[derive(Default)]
struct Reader<'a> {
    text: Vec<(Part, Vec<Event<'a>>)>,
    /// What closes each open link, if it is one of ours.
    links: Vec<Option<&'static str>>,
    /// The first control in the text that the page does not have.
    unknown: Option<String>,
}

enum Part {
    Title,
    Intro,
    StepTitle(String),
    StepBody,
    HintTitle,
    Hint,
}

impl<'a> Reader<'a> {
    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            }) => self.open(Part::Title),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => self.open(Part::Intro),
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                id,
                ..
            }) => {
                self.open(Part::StepTitle(
                    id.map(CowStr::into_string).unwrap_or_default(),
                ));
            }
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => self.open(Part::StepBody),
            Event::Start(Tag::Heading {
                level: HeadingLevel::H3,
                classes,
                ..
            }) if classes.iter().any(|class| class.as_ref() == "hint") => {
                self.open(Part::HintTitle);
            }
            Event::End(TagEnd::Heading(HeadingLevel::H3)) if self.in_hint_title() => {
                self.open(Part::Hint);
            }
            // Texts are ours, but a stray tag in them is a mistake, and would reach the page unread.
            Event::Html(_) | Event::InlineHtml(_) => {}
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with("side:") => {
                let class = if dest_url.as_ref() == "side:device" {
                    "device"
                } else {
                    "cloud"
                };
                self.open_link(format!("<span class=\"{class}\">"), "</span>");
            }
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with(controls::SCHEME) => {
                let id = &dest_url[controls::SCHEME.len()..];
                self.open_control(id);
            }
            Event::Start(Tag::Link { .. }) => {
                self.links.push(None);
                // The glossary is a page beside the lesson's.
                self.push(to_glossary(event, "../glossary/"));
            }
            Event::End(TagEnd::Link) => {
                let end = self.links.pop().flatten();
                self.push(end.map_or(event, |end| Event::InlineHtml(end.into())));
            }
            other => self.push(other),
        }
    }

    fn open_link(&mut self, start: String, end: &'static str) {
        self.links.push(Some(end));
        self.push(Event::InlineHtml(start.into()));
    }

    /// Only a known id reaches the HTML, so there is nothing to escape.
    fn open_control(&mut self, id: &str) {
        if !controls::CONTROLS.contains(&id) && self.unknown.is_none() {
            self.unknown = Some(id.to_owned());
        }
        let known = controls::CONTROLS.iter().find(|known| **known == id);
        let id = known.copied().unwrap_or_default();
        self.open_link(
            format!("<button type=\"button\" class=\"control-link\" data-control=\"{id}\">"),
            "</button>",
        );
    }

    fn open(&mut self, part: Part) {
        self.text.push((part, Vec::new()));
    }

    fn in_hint_title(&self) -> bool {
        matches!(self.text.last(), Some((Part::HintTitle, _)))
    }

    fn push(&mut self, event: Event<'a>) {
        if let Some((_, events)) = self.text.last_mut() {
            events.push(event);
        }
    }

    fn finish(self) -> LessonText {
        let mut lesson = LessonText {
            title: String::new(),
            intro: String::new(),
            steps: Vec::new(),
        };
        for (part, events) in self.text {
            let step = lesson.steps.last_mut();
            match (part, step) {
                (Part::Title, _) => lesson.title = plain(&events),
                (Part::Intro, _) => lesson.intro = render(events),
                (Part::StepTitle(id), _) => {
                    lesson.steps.push(StepText {
                        id,
                        title: plain(&events),
                        ..StepText::default()
                    });
                }
                (Part::StepBody, Some(step)) => step.body = render(events),
                (Part::Hint, Some(step)) => step.hint = render(events),
                (Part::HintTitle | Part::StepBody | Part::Hint, _) => {}
            }
        }
        lesson
    }
}

/// A link to `glossary:term` leads to that term on the glossary's page, whose address from here is `page`.
pub fn to_glossary<'a>(event: Event<'a>, page: &str) -> Event<'a> {
    let Event::Start(Tag::Link {
        link_type,
        dest_url,
        title,
        id,
    }) = event
    else {
        return event;
    };
    let dest_url = match dest_url.strip_prefix("glossary:") {
        Some(term) => format!("{page}#{term}").into(),
        None => dest_url,
    };
    Event::Start(Tag::Link {
        link_type,
        dest_url,
        title,
        id,
    })
}

fn plain(events: &[Event<'_>]) -> String {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}

fn render(events: Vec<Event<'_>>) -> String {
    let mut text = String::new();
    html::push_html(&mut text, events.into_iter());
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outline::LESSONS;

    const LESSON: LessonOutline = LessonOutline {
        id: "l",
        steps: &[],
        programs: &[],
        settings: &[],
        chart: None,
        reads_events: false,
    };

    #[test]
    fn every_lesson_has_its_text_in_english() {
        for lesson in LESSONS {
            let file = format!(
                "{}/../../www/texts/en/{}.md",
                env!("CARGO_MANIFEST_DIR"),
                lesson.id
            );
            let markdown = std::fs::read_to_string(&file).expect("the lesson's text is there");
            if let Err(error) = LessonText::parse(lesson, &markdown) {
                panic!("{file}: {error}");
            }
        }
    }

    #[test]
    fn every_control_that_a_text_names_exists() {
        let texts = format!("{}/../../www/texts", env!("CARGO_MANIFEST_DIR"));
        let locales = std::fs::read_dir(texts).unwrap();
        let files = locales.flat_map(|locale| std::fs::read_dir(locale.unwrap().path()).unwrap());
        let mut found = 0;
        for path in files.map(|file| file.unwrap().path()) {
            let text = std::fs::read_to_string(&path).unwrap();
            let links = text.split("(control:").skip(1);
            for id in links.filter_map(|link| Some(link.split_once(')')?.0)) {
                found += 1;
                let is_known = controls::CONTROLS.contains(&id);
                assert!(is_known, "{}: control:{id}", path.display());
            }
        }
        assert!(found > 20, "the search finds {found} links only");
    }

    #[test]
    fn raw_html_does_not_reach_the_page() {
        let text = LessonText::parse(
            &LESSON,
            "# T\n\nHello <script>alert(1)</script>\n\n<div>x</div>",
        )
        .unwrap();
        assert_eq!(text.intro, "<p>Hello alert(1)</p>");
    }

    #[test]
    fn a_side_is_coloured_and_other_links_stay() {
        let text =
            LessonText::parse(&LESSON, "# T\n\n[here](side:device) and [there](#x)").unwrap();
        assert_eq!(
            text.intro,
            r##"<p><span class="device">here</span> and <a href="#x">there</a></p>"##
        );
    }

    #[test]
    fn a_term_links_to_the_glossary() {
        let text = LessonText::parse(&LESSON, "# T\n\nA [twin](glossary:device-twin).").unwrap();
        assert_eq!(
            text.intro,
            r#"<p>A <a href="../glossary/#device-twin">twin</a>.</p>"#
        );
    }

    #[test]
    fn a_control_becomes_a_button_that_points_at_it() {
        let text = LessonText::parse(
            &LESSON,
            "# T\n\n[The step\u{2019}s **button**](control:run).",
        )
        .unwrap();
        assert_eq!(
            text.intro,
            "<p><button type=\"button\" class=\"control-link\" data-control=\"run\">\
             The step\u{2019}s <strong>button</strong></button>.</p>"
        );
    }

    #[test]
    fn a_control_that_the_page_does_not_have_is_refused() {
        let check = |id: &str| {
            let error = LessonText::parse(&LESSON, &format!("# T\n\n[x](control:{id})"));
            let id = id.to_owned();
            assert_eq!(error.unwrap_err(), TextError::Control { id });
        };
        check("tab-nothing");
        check("");
        check("run%22onclick");
    }

    #[test]
    fn a_missing_step_is_named() {
        let lesson = crate::outline::lesson("telemetry").unwrap();
        let error = LessonText::parse(
            lesson,
            "# T\n\nx\n\n## A {#register}\n\nb\n\n### H {.hint}\n\nh",
        )
        .unwrap_err();
        assert!(matches!(error, TextError::Steps { found, .. } if found == ["register"]));
    }

    #[test]
    fn a_step_without_a_hint_is_refused() {
        let steps = &[crate::outline::StepOutline {
            id: "a",
            program: None,
            settings: &[],
            needs: crate::outline::Need::Device,
            rights: &[],
        }];
        let lesson = LessonOutline { steps, ..LESSON };
        let error = LessonText::parse(&lesson, "# T\n\nx\n\n## A {#a}\n\nb").unwrap_err();
        assert_eq!(
            error,
            TextError::Empty {
                part: "the hint of step a".to_owned()
            }
        );
    }
}
