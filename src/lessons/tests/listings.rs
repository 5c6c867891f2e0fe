//! What is shown is what runs: the lines that programs tell of are lines of the files that are shown.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use lessons::{
    classroom::Classroom,
    message::{Command, Report, Settings},
    outline::{LESSONS, Language, LessonOutline, ProgramOutline},
};
use wire::timestamp::Timestamp;

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// How a line looks in which a program says where it is.
const CALLS: &[&str] = &[
    "print(",
    "print_secret(",
    "sleep(",
    "send(",
    "device(",
    "service(",
    "read_events(",
    "next()",
];

fn source(program: &ProgramOutline, language: Language) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(program.source(language));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines that the programs of a lesson come to while its steps are done, by program.
fn lines(lesson: &LessonOutline) -> BTreeMap<String, Vec<u32>> {
    let mut classroom = Classroom::new([7; 32], START);
    let mut now = START;
    let mut lines: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for step in lesson.steps {
        let (lesson, step) = (lesson.id.to_owned(), step.id.to_owned());
        let settings = Settings::new();
        classroom.handle(
            now,
            Command::Open {
                lesson,
                step,
                settings: settings.clone(),
            },
        );
        classroom.handle(now, Command::Act { settings });
        for _ in 0..240 {
            now = now.plus(Duration::from_millis(250));
            classroom.advance(now);
            while let Some(report) = classroom.poll() {
                if let Report::Line { program, line } = report {
                    lines.entry(program).or_default().push(line);
                }
            }
        }
    }
    lines
}

#[test]
fn the_lines_that_run_are_lines_of_the_files_that_are_shown() {
    for lesson in LESSONS {
        let lines = lines(lesson);
        for program in lesson.programs {
            let source = source(program, Language::Rust);
            let source: Vec<_> = source.lines().collect();
            let told = lines.get(program.name);
            for line in told.unwrap_or_else(|| panic!("{} ran in no line", program.name)) {
                let text = source[*line as usize - 1];
                assert!(
                    CALLS.iter().any(|call| text.contains(call)),
                    "{}:{line}: {text}",
                    program.name
                );
            }
        }
    }
}

#[test]
fn every_program_is_written_in_every_language() {
    for program in LESSONS.iter().flat_map(|lesson| lesson.programs) {
        for language in Language::ALL {
            assert!(
                source(program, language).len() > 200,
                "{}",
                program.file(language)
            );
        }
    }
}
