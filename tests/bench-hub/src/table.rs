//! What the benchmarks print: a line for each figure, and notes.

/// What a figure must be.
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// The figure is for information alone.
    None,
}

impl Target {
    fn is_met(&self, figure: f64) -> bool {
        match self {
            Self::AtLeast(least) => figure >= *least,
            Self::AtMost(most) => figure <= *most,
            Self::None => true,
        }
    }

    fn text(&self, unit: &str) -> String {
        match self {
            Self::AtLeast(least) => format!("at least {}{unit}", number(*least)),
            Self::AtMost(most) => format!("at most {}{unit}", number(*most)),
            Self::None => String::new(),
        }
    }
}

/// A figure that was measured.
pub(crate) struct Line<'a> {
    pub(crate) what: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) measured: f64,
    pub(crate) target: Target,
    /// The same of the peer, and what the ratio of the two must be.
    pub(crate) peer: Option<(f64, Ratio)>,
}

/// The ratio of two figures.
pub(crate) struct Ratio {
    pub(crate) value: f64,
    pub(crate) target: Target,
}

impl Line<'_> {
    fn is_met(&self) -> bool {
        let ratio = self.peer.as_ref();
        self.target.is_met(self.measured)
            && ratio.is_none_or(|(_, ratio)| ratio.target.is_met(ratio.value))
    }

    fn has_target(&self) -> bool {
        let ratio = self.peer.as_ref();
        !matches!(self.target, Target::None)
            || ratio.is_some_and(|(_, ratio)| !matches!(ratio.target, Target::None))
    }
}

/// The heading of a group of figures.
pub(crate) fn heading(title: &str) {
    println!("\n{title}");
    row(&["", "measured", "peer", "ratio", "target", ""]);
}

/// Prints a figure; true if it has no target or meets it.
pub(crate) fn line(line: &Line<'_>) -> bool {
    let unit = line.unit;
    let measured = format!("{} {unit}", number(line.measured));
    let (peer, ratio, ratio_target) = match &line.peer {
        None => Default::default(),
        Some((peer, ratio)) => (
            format!("{} {unit}", number(*peer)),
            format!("{:.2}x", ratio.value),
            ratio.target.text("x"),
        ),
    };
    let targets = [line.target.text(""), ratio_target];
    let targets: Vec<&str> = targets
        .iter()
        .map(String::as_str)
        .filter(|it| !it.is_empty())
        .collect();
    let verdict = match (line.has_target(), line.is_met()) {
        (false, _) => "",
        (true, true) => "met",
        (true, false) => "MISSED",
    };
    row(&[
        line.what,
        &measured,
        &peer,
        &ratio,
        &targets.join(", "),
        verdict,
    ]);
    line.is_met()
}

/// Something to know about the figures above.
pub(crate) fn note(text: &str) {
    println!("      {text}");
}

fn row(cells: &[&str; 6]) {
    let [what, measured, peer, ratio, target, verdict] = cells;
    let text = format!("  {what:<46}{measured:>16}{peer:>16}{ratio:>9}  {target:<34}{verdict}");
    println!("{}", text.trim_end());
}

/// A number as people read it: three digits that tell, and thousands apart.
pub(crate) fn number(value: f64) -> String {
    if value.abs() < 100.0 && value.fract() != 0.0 {
        let digits = if value.abs() < 10.0 { 2 } else { 1 };
        return format!("{value:.digits$}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
