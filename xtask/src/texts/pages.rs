//! The pages of the site: a folder for each page in each language, with all that is read there as HTML.
//!
//! So there is something to read before any WebAssembly has arrived, without scripts, and for search engines.
//! The page that Trunk built is the template; the page's module draws the same over it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lessons::outline::LessonOutline;
use lessons::text::LessonText;

use super::{FIRST_LOCALE, Locale, escaped, read, save, styles, with_words};
use crate::error::Error;
use crate::service_worker;

/// Where a page's own text goes in the template.
const MAIN_PLACE: &str = "{{main}}";
/// Where its title goes; what else its head says follows behind.
const TITLE_PLACE: &str = "{{title}}</title>";
/// Where its language goes.
const LOCALE_PLACE: &str = "{{locale}}";
/// Names the address of the published site, for those who need whole addresses.
pub(crate) const SITE_URL: &str = "IOTHUB_SITE_URL";

/// A page in one language.
struct Page<'a> {
    locale: &'a Locale,
    /// Its folder below that of the language; empty for the first page.
    folder: &'a str,
    title: String,
    description: &'a str,
    /// What is read, as HTML.
    main: String,
    /// The files under `texts/<locale>/` that its module asks for.
    texts: Vec<String>,
}

/// Writes all pages into `staging`, whose `index.html` is the template and becomes the first page in English.
pub(super) fn write(locales: &[Locale], staging: &Path) -> Result<(), Error> {
    let index = staging.join("index.html");
    let template = styles::joined(&read(&index)?, staging)?;
    let site = std::env::var(SITE_URL).ok().filter(|url| !url.is_empty());
    let site = site.as_deref();
    let mut addresses = Vec::new();
    for locale in locales {
        for page in pages(locale) {
            let folder = staging.join(&locale.id).join(page.folder);
            fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
            save(
                &folder.join("index.html"),
                &page.html(&template, locales, site)?,
            )?;
            addresses.push(page.address());
        }
    }
    if let Some(first) = locales.iter().find(|locale| locale.id == FIRST_LOCALE) {
        save(&index, &home(first).at_root(&template, locales, site)?)?;
    }
    save(&staging.join("404.html"), &not_found(locales))?;
    if let Some(site) = site {
        save(&staging.join("sitemap.xml"), &sitemap(site, &addresses))?;
    }
    save(&staging.join("robots.txt"), &robots(site))
}

/// All pages of a language.
fn pages(locale: &Locale) -> Vec<Page<'_>> {
    let mut pages = vec![home(locale), live(locale), glossary(locale), doctor(locale)];
    pages.extend(
        locale
            .lessons
            .iter()
            .map(|(outline, text)| lesson(locale, outline, text)),
    );
    pages
}

impl Page<'_> {
    /// Its address below the site's folder.
    fn address(&self) -> String {
        in_locale(&self.locale.id, self.folder)
    }

    /// The page in its own folder.
    fn html(
        &self,
        template: &str,
        locales: &[Locale],
        site: Option<&str>,
    ) -> Result<String, Error> {
        let up = if self.folder.is_empty() {
            "../"
        } else {
            "../../"
        };
        self.filled(template, locales, site, up)
    }

    /// The page in the site's own folder, where the language is chosen.
    fn at_root(
        &self,
        template: &str,
        locales: &[Locale],
        site: Option<&str>,
    ) -> Result<String, Error> {
        self.filled(template, locales, site, "./")
    }

    fn filled(
        &self,
        template: &str,
        locales: &[Locale],
        site: Option<&str>,
        up: &str,
    ) -> Result<String, Error> {
        let title = format!(
            "{}</title>{}",
            escaped(&self.title),
            self.head(locales, site, up)
        );
        let html = moved(template, up)
            .replace(LOCALE_PLACE, &self.locale.id)
            .replace(TITLE_PLACE, &title)
            .replace(MAIN_PLACE, &self.main.replace("{{up}}", up));
        let html = html.replace("{{home}}", &format!("{up}{}/", self.locale.id));
        with_words(&html, &self.locale.words).map_err(|problem| Error::Texts {
            path: format!("www/texts/{}", self.locale.id).into(),
            problem,
        })
    }

    /// What search engines and those who share a link want to know, and what is fetched early.
    fn head(&self, locales: &[Locale], site: Option<&str>, up: &str) -> String {
        let (title, description) = (escaped(&self.title), escaped(self.description));
        let mut head = format!(
            "<meta name=\"description\" content=\"{description}\">\
             <meta property=\"og:title\" content=\"{title}\"><meta property=\"og:description\" content=\"{description}\">\
             <meta property=\"og:type\" content=\"website\"><meta property=\"og:locale\" content=\"{}\">",
            self.locale.id
        );
        // Writing to a text cannot fail.
        for locale in locales {
            let address = in_locale(&locale.id, self.folder);
            let _ = write!(
                head,
                "<link rel=\"alternate\" hreflang=\"{0}\" href=\"{1}{address}\">",
                locale.id,
                site.unwrap_or(up)
            );
        }
        if let Some(site) = site {
            let address = self.address();
            let _ = write!(
                head,
                "<link rel=\"canonical\" href=\"{site}{address}\"><meta property=\"og:url\" content=\"{site}{address}\">"
            );
        }
        if service_worker::is_wanted() {
            head += "<meta name=\"offline\" content=\"sw.js\">";
        }
        // At the root the language is not known yet.
        for name in self.texts.iter().filter(|_| up != "./") {
            let _ = write!(
                head,
                "<link rel=\"preload\" href=\"{up}texts/{}/{name}\" as=\"fetch\" crossorigin>",
                self.locale.id
            );
        }
        head
    }
}

/// A page's address below the site's folder.
fn in_locale(locale: &str, folder: &str) -> String {
    if folder.is_empty() {
        format!("{locale}/")
    } else {
        format!("{locale}/{folder}/")
    }
}

/// The template for a page from which `up` leads to the site's folder. The start script knows by itself where it lies.
fn moved(template: &str, up: &str) -> String {
    ["href=", "src="]
        .into_iter()
        .fold(template.to_owned(), |html, attribute| {
            html.replace(&format!("{attribute}./"), &format!("{attribute}{up}"))
                .replace(&format!("{attribute}\"./"), &format!("{attribute}\"{up}"))
        })
}

/// Device, hub and program, and the wire between them.
const PICTURE: &str = "<div class=\"home-picture\" role=\"img\" aria-label=\"{{text:home-picture}}\">\
    <span class=\"home-party device\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-device\"></use></svg><span>{{text:device}}</span></span>\
    <span class=\"home-wire device\"><code>PUBLISH</code></span>\
    <span class=\"home-party hub\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-hub\"></use></svg><span>{{text:hub}}</span></span>\
    <span class=\"home-wire cloud\"><code>GET</code></span>\
    <span class=\"home-party cloud\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-cloud\"></use></svg><span>{{text:cloud}}</span></span></div>";

/// The first page, as `src/app/src/panels/home.rs` draws it.
fn home(locale: &Locale) -> Page<'_> {
    let mut lessons = String::new();
    for (lesson, text) in &locale.lessons {
        let _ = write!(
            lessons,
            "<li><a href=\"{{{{home}}}}{}/\">{}</a><span class=\"quiet\">&nbsp;</span><p>{}</p></li>",
            lesson.id,
            escaped(&text.title),
            escaped(locale.summary(lesson.id))
        );
    }
    let first = locale.lessons.first().map_or("", |(lesson, _)| lesson.id);
    Page {
        locale,
        folder: "",
        title: format!("{} · {}", locale.word("name"), locale.word("home-title")),
        description: locale.word("home-lead"),
        main: format!(
            "<main class=\"home\"><h1>{{{{text:home-title}}}}</h1><p class=\"lead\">{{{{text:home-lead}}}}</p>{PICTURE}\
             <p class=\"home-start\"><a class=\"button primary large\" href=\"{{{{home}}}}{first}/\">{{{{text:home-start}}}}</a></p>\
             <p class=\"quiet\">{{{{text:home-promise}}}}</p>\
             <h2>{{{{text:lessons}}}}</h2><ol class=\"home-lessons\">{lessons}</ol>\
             <p class=\"quiet home-more\"><a href=\"{{{{home}}}}live/\">{{{{text:live-title}}}}</a> <a href=\"{{{{home}}}}doctor/\">{{{{text:doctor-title}}}}</a> <a href=\"{{{{home}}}}glossary/\">{{{{text:title-glossary}}}}</a> \
             <a href=\"{{{{up}}}}{}\">{{{{text:home-differences}}}}</a></p></main>",
            locale.word("differences-address")
        ),
        texts: vec!["ui.ftl".to_owned()],
    }
}

/// The terms, as `src/app/src/panels/text_page.rs` draws them.
fn glossary(locale: &Locale) -> Page<'_> {
    Page {
        locale,
        folder: "glossary",
        title: format!(
            "{} · {}",
            locale.word("title-glossary"),
            locale.word("name")
        ),
        description: locale.word("summary-glossary"),
        main: format!(
            "<main class=\"home text-page\"><h1>{{{{text:title-glossary}}}}</h1><div class=\"prose\">{}</div></main>",
            locale.glossary_html()
        ),
        texts: vec!["ui.ftl".to_owned(), "glossary.html".to_owned()],
    }
}

/// What works at a hub of one's own, as `src/app/src/panels/text_page.rs` draws it.
fn live(locale: &Locale) -> Page<'_> {
    Page {
        locale,
        folder: "live",
        title: format!("{} · {}", locale.word("live-title"), locale.word("name")),
        description: locale.live_word("live-lead"),
        main: format!(
            "<main class=\"home text-page\"><h1>{{{{text:live-title}}}}</h1><div class=\"prose\">{}</div></main>",
            locale.live
        ),
        texts: vec!["ui.ftl".to_owned(), "live.html".to_owned()],
    }
}

/// The connection-string doctor, which asks the bench and is of no use without scripts.
fn doctor(locale: &Locale) -> Page<'_> {
    Page {
        locale,
        folder: "doctor",
        title: format!("{} · {}", locale.word("doctor-title"), locale.word("name")),
        description: locale.word("doctor-lead"),
        main: "<main class=\"doctor\"><h1>{{text:doctor-title}}</h1><p class=\"lead\">{{text:doctor-lead}}</p></main>".to_owned(),
        texts: vec!["ui.ftl".to_owned()],
    }
}

/// A lesson as `src/app/src/panels/lesson.rs` draws it, without what needs the page's module.
fn lesson<'a>(locale: &'a Locale, lesson: &'a LessonOutline, text: &'a LessonText) -> Page<'a> {
    let mut steps = String::new();
    for (index, step) in text.steps.iter().enumerate() {
        let _ = write!(
            steps,
            "<li class=\"step{open}\"{place}><h2 class=\"step-head\"><a href=\"#{id}\">\
             <span class=\"step-number\">{number}</span><span class=\"step-title\">{title}</span></a></h2>\
             <div class=\"step-body\"><div class=\"prose\">{body}</div>\
             <details class=\"hint\"><summary>{{{{text:hint}}}}</summary><div class=\"prose\">{hint}</div></details></div></li>",
            // The first step stands behind the introduction, which is read first. The styles show the others' text only where scripts are off, or where the address names them.
            open = if index == 0 { " open" } else { "" },
            place = if index == 0 {
                String::new()
            } else {
                format!(" id=\"{}\"", step.id)
            },
            id = step.id,
            number = index + 1,
            title = escaped(&step.title),
            body = step.body,
            hint = step.hint,
        );
    }
    let name = lesson.id;
    Page {
        locale,
        folder: name,
        title: format!("{} · {}", text.title, locale.word("name")),
        description: locale.summary(name),
        main: format!(
            "<main class=\"workspace\" data-view=\"lesson\"><section class=\"lesson\"><article class=\"lesson-text\">\
             <h1>{}</h1><div class=\"prose\">{}</div><p class=\"progress quiet\">&nbsp;</p><ol class=\"steps\">{steps}</ol>\
             </article></section><section class=\"bench\"><p class=\"empty\">{{{{text:loading}}}}</p></section></main>",
            escaped(&text.title),
            text.intro
        ),
        texts: vec![
            "ui.ftl".to_owned(),
            format!("{name}.ftl"),
            format!("{name}.json"),
        ],
    }
}

/// What a host shows for an address that leads nowhere. It may stand at any depth, so nothing in it is fetched.
fn not_found(locales: &[Locale]) -> String {
    let mut parts = String::new();
    for locale in locales {
        let _ = write!(
            parts,
            "<section lang=\"{id}\"><h1>{}</h1><p>{}</p><p><a href=\"./{id}/\">{}</a></p></section>",
            escaped(locale.word("not-found-title")),
            escaped(locale.word("not-found-text")),
            escaped(locale.word("not-found-home")),
            id = locale.id,
        );
    }
    format!(
        "<!doctype html><html lang=\"{FIRST_LOCALE}\"><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
        <title>404 · {}</title>{}<main>{parts}</main><script>{}</script>",
        escaped(locales.first().map_or("", |locale| locale.word("name"))),
        include_str!("not_found.html").trim(),
        include_str!("not_found.js").trim()
    )
}

/// All pages, for search engines. They take whole addresses only.
fn sitemap(site: &str, addresses: &[String]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for address in addresses {
        let _ = writeln!(
            xml,
            "<url><loc>{}</loc></url>",
            escaped(&format!("{site}{address}"))
        );
    }
    xml + "</urlset>\n"
}

fn robots(site: Option<&str>) -> String {
    let mut text = String::from("User-agent: *\nAllow: /\n");
    if let Some(site) = site {
        let _ = writeln!(text, "Sitemap: {site}sitemap.xml");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_finds_the_files_of_the_site_from_its_folder() {
        let template =
            "<link href=./a.css><script src=\"./start.js\" data-module=./app.js><a href=#x>";
        let page = "<link href=../../a.css><script src=\"../../start.js\" data-module=./app.js><a href=#x>";
        assert_eq!(moved(template, "../../"), page);
    }

    #[test]
    fn the_map_of_the_site_has_whole_addresses() {
        let xml = sitemap(
            "https://example.org/p/",
            &["en/".to_owned(), "ko/methods/".to_owned()],
        );
        assert!(
            xml.contains("<loc>https://example.org/p/en/</loc>"),
            "{xml}"
        );
        assert!(
            xml.contains("<loc>https://example.org/p/ko/methods/</loc>"),
            "{xml}"
        );
        assert!(!robots(None).contains("Sitemap"));
    }
}
