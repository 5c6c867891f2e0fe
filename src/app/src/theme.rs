//! Light, dark, or as the system does.

/// What a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system does.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in the document's `data-theme`, in storage and in the ids of its words.
    pub fn id(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Shows the page in this theme. The stylesheet of tokens does the rest.
    pub fn apply(self) {
        if let Some(root) = crate::dom::document().document_element() {
            let _ = root.set_attribute("data-theme", self.id());
        }
    }
}
