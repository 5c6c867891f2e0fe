//! A look at the write-ahead log before SQLite reads it.
//!
//! SQLite takes the log's transactions up to the first frame that is not right, because a crash may have cut off the
//! last one, and drops the rest in silence. But every transaction is synced before the next begins, so a crash cuts off
//! one at most: if more of them lie behind a frame that is not right, it was damaged later, and what was acknowledged
//! would be dropped. (The form of the log: SQLite's documentation, "WAL-mode File Format".)

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::Path,
};

use super::error::StoreFault;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// The first word of a log whose checksums are of little-endian words; with the last bit set, of big-endian ones.
const MAGIC: u32 = 0x377f_0682;

/// Refuses a file whose log lost something that was acknowledged.
pub(super) fn check(file: &Path) -> Result<(), StoreFault> {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let log = Path::new(&log);
    let Ok(length) = fs::metadata(log).map(|it| it.len()) else {
        return Ok(());
    };
    if length <= HEADER_BYTES as u64 {
        return Ok(());
    }
    if fs::metadata(file).map_or(0, |it| it.len()) == 0 {
        let problem = "it is empty, but there is a log of changes to it";
        return Err(StoreFault::damaged(file, problem));
    }
    let opened = File::open(log).and_then(|file| walk(BufReader::new(file)));
    match opened {
        Ok(Finding::Sound) => Ok(()),
        Ok(Finding::Lost(problem)) => Err(StoreFault::damaged(log, problem)),
        Err(error) => Err(StoreFault::unusable(log, error.to_string())),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Finding {
    Sound,
    Lost(String),
}

fn walk(mut log: impl Read) -> io::Result<Finding> {
    let mut header = [0; HEADER_BYTES];
    log.read_exact(&mut header)?;
    let Some(form) = Form::of(&header) else {
        return Ok(Finding::Lost(
            "its first bytes are not those of a log".to_owned(),
        ));
    };
    let mut frame = vec![0; FRAME_HEADER_BYTES + form.page_bytes];
    let mut sum = form.sum;
    let mut frames = 0_u64;
    // The first frame that is not right, and how many transactions end there or behind it.
    let mut wrong: Option<(u64, u64)> = None;
    while read_whole(&mut log, &mut frame)? {
        let (head, page) = frame.split_at(FRAME_HEADER_BYTES);
        let is_of_this_log = head[8..16] == form.salts;
        match &mut wrong {
            None => {
                sum = form.add(form.add(sum, &head[..8]), page);
                let is_right = is_of_this_log && sum == (word(head, 16), word(head, 20));
                if !is_right {
                    wrong = Some((frames, u64::from(is_of_this_log && word(head, 4) != 0)));
                }
            }
            Some((_, ends)) => *ends += u64::from(is_of_this_log && word(head, 4) != 0),
        }
        frames += 1;
    }
    Ok(match wrong {
        Some((at, ends)) if ends > 1 => Finding::Lost(format!(
            "part {at} of it is not as it was written, and {ends} transactions follow"
        )),
        _ => Finding::Sound,
    })
}

/// What the header says.
struct Form {
    is_big_endian: bool,
    page_bytes: usize,
    salts: [u8; 8],
    sum: (u32, u32),
}

impl Form {
    fn of(header: &[u8; HEADER_BYTES]) -> Option<Self> {
        let magic = word(header, 0);
        let mut form = Self {
            is_big_endian: magic & 1 == 1,
            page_bytes: usize::try_from(word(header, 8)).ok()?,
            salts: header[16..24].try_into().ok()?,
            sum: (0, 0),
        };
        form.sum = form.add((0, 0), &header[..24]);
        let is_right = magic & !1 == MAGIC
            && (512..=65_536).contains(&form.page_bytes)
            && form.page_bytes.is_power_of_two()
            && form.sum == (word(header, 24), word(header, 28));
        is_right.then_some(form)
    }

    /// The checksum of what it was of, and of these bytes after it.
    fn add(&self, (mut first, mut second): (u32, u32), bytes: &[u8]) -> (u32, u32) {
        let read = if self.is_big_endian {
            u32::from_be_bytes
        } else {
            u32::from_le_bytes
        };
        for pair in bytes.as_chunks::<4>().0.as_chunks::<2>().0 {
            let [one, other] = *pair;
            first = first.wrapping_add(read(one)).wrapping_add(second);
            second = second.wrapping_add(read(other)).wrapping_add(first);
        }
        (first, second)
    }
}

/// The big-endian word at a place; the numbers of the log's headers are such words.
fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |it| u32::from_be_bytes(*it))
}

/// Fills a buffer; false if there are not enough bytes left.
fn read_whole(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
