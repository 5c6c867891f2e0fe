//! `man`.

use tempfile::TempDir;

use crate::program::run;

#[test]
fn every_command_has_a_page() {
    let folder = TempDir::new().unwrap();
    let to = folder.path().join("man1");
    let (code, _, said) = run(["man".as_ref(), to.as_os_str()]);
    assert_eq!(code, 0, "{said}");
    for command in ["", "-hub", "-serve", "-export", "-import", "-doctor"] {
        let page = to.join(format!("iothub-playground{command}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{}", page.display());
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let (code, _, said) = run(["man", "/dev/null/man1"]);
    assert_eq!(code, 1);
    assert!(said.contains("/dev/null/man1"), "{said}");
}
