//! What a program writes to its log, read all the while, so that it can write it.

use std::{io::Read as _, process::Child, thread::JoinHandle};

pub(crate) struct Written(JoinHandle<String>);

impl Written {
    /// Of a program that was started with its standard error piped.
    pub(crate) fn by(child: &mut Child) -> Self {
        let mut stderr = child.stderr.take().unwrap();
        Self(std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        }))
    }

    /// All of it, once the program has ended.
    pub(crate) fn text(self) -> String {
        self.0.join().unwrap()
    }
}
