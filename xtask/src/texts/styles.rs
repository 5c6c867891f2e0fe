//! One stylesheet of the many that Trunk copied: nothing is shown before all of them have come, and each takes its turn.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;

use super::{read, save};
use crate::error::Error;

/// What every link to a stylesheet begins with.
const LINK: &str = "<link ";

/// The template with one link instead of all that lead to stylesheets, whose files make way for one.
pub(super) fn joined(template: &str, staging: &Path) -> Result<String, Error> {
    let links = links(template);
    let mut styles = String::new();
    for (_, name) in &links {
        styles += &read(&staging.join(name))?;
        styles.push('\n');
    }
    let mut hasher = DefaultHasher::new();
    styles.hash(&mut hasher);
    let joined = format!("style-{:016x}.css", hasher.finish());
    let mut html = template.to_owned();
    for (place, (link, name)) in links.iter().enumerate() {
        let one = format!("<link rel=\"stylesheet\" href=\"./{joined}\">");
        html = html.replace(link, if place == 0 { &one } else { "" });
        let path = staging.join(name);
        fs::remove_file(&path).map_err(Error::file(&path))?;
    }
    save(&staging.join(joined), &styles)?;
    Ok(html)
}

/// The links to stylesheets, each with the name of its file.
fn links(html: &str) -> Vec<(&str, &str)> {
    let starts = html.match_indices(LINK).map(|(start, _)| &html[start..]);
    let whole = starts.filter_map(|rest| rest.split_inclusive('>').next());
    whole
        .filter_map(|link| {
            let (_, rest) = link.split_once("href=")?;
            let rest = rest.trim_start_matches('"').strip_prefix("./")?;
            let name = rest.split([' ', '"', '>']).next()?;
            link.contains("stylesheet").then_some((link, name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_stylesheets_are_found_and_nothing_else() {
        let html = "<link href=./a-1.css integrity=x rel=stylesheet><link rel=\"icon\" href=\"./b.svg\">\
            <link rel=\"stylesheet\" href=\"./c-2.css\"/><link href=./d.css rel=preload><link href=https://e.css rel=stylesheet>";
        let found: Vec<_> = links(html).into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, ["a-1.css", "c-2.css"]);
    }
}
