//! Command lines for a POSIX shell.

/// A command line in the making.
pub(super) struct Line {
    text: String,
    /// Whether the next word begins on a line of its own.
    breaks: bool,
}

impl Line {
    pub(super) fn new(command: &str) -> Self {
        Self {
            text: command.to_owned(),
            breaks: false,
        }
    }

    /// The next word begins on a line of its own.
    pub(super) fn next(&mut self) -> &mut Self {
        self.breaks = true;
        self
    }

    /// Adds text that is shell already.
    pub(super) fn plain(&mut self, text: &str) -> &mut Self {
        let between = if std::mem::take(&mut self.breaks) {
            " \\\n  "
        } else {
            " "
        };
        self.text.push_str(between);
        self.text.push_str(text);
        self
    }

    /// Adds a word that the command gets as it is, quoted if it has to be.
    pub(super) fn word(&mut self, word: &str) -> &mut Self {
        if is_plain(word) {
            self.plain(word)
        } else {
            self.quoted(word)
        }
    }

    /// Adds a word in quotes.
    pub(super) fn quoted(&mut self, word: &str) -> &mut Self {
        self.plain(&quote(word))
    }

    /// Adds an option with its value. A value that looks like an option is tied to its name.
    pub(super) fn option(&mut self, name: &str, value: &str) -> &mut Self {
        if value.starts_with('-') {
            self.plain(&format!("{name}={}", quote(value)))
        } else {
            self.plain(name).word(value)
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// The word in single quotes, in which nothing has a meaning but the quote itself.
pub(super) fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Whether a shell takes a word for itself without quotes.
fn is_plain(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:,+@%".contains(&byte);
    !word.is_empty() && word.bytes().all(is_plain)
}
