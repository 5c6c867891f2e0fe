//! `iothub-playground doctor`: what is wrong, a line a finding.

use std::io::{self, Write as _};

use serde_json::json;

use super::{DoctorArgs, failure::Failure};
use crate::doctor::{Finding, Level, Subject, examine};

pub(super) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let findings = examine(&Subject {
        host_name: args.name.hostname.clone(),
        listen: args.address.listen,
        ports: args.ports.ports(),
        data: args.folder.data.clone(),
    })?;
    let problems = findings
        .iter()
        .filter(|it| it.level == Level::Problem)
        .count();
    let text = if args.json {
        format!("{}\n", json!({ "ok": problems == 0, "findings": findings }))
    } else {
        for_a_person(&findings)
    };
    let written = io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|source| Failure::Output {
        to: "standard output".to_owned(),
        source,
    })?;
    match problems {
        0 => Ok(()),
        count => Err(Failure::Unwell(count)),
    }
}

fn for_a_person(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    lines.join("\n") + "\n"
}
