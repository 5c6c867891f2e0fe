//! Pictures from the sprite in `www/index.html`.

use yew::prelude::*;

/// Which picture.
#[derive(Clone, PartialEq, Properties)]
pub struct IconProps {
    /// The name of the sprite's symbol, without its `icon-`.
    pub name: AttrValue,
}

/// A picture beside a word that says the same; screen readers skip it.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class="icon" aria-hidden="true" data-icon={&props.name}>
            <use href={format!("#icon-{}", props.name)} />
        </svg>
    }
}

/// The picture with this name.
pub fn icon(name: &'static str) -> Html {
    html! { <Icon {name} /> }
}
