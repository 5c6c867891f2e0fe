//! A packet field by field, for people who want to see what each byte means.

use std::ops::Range;

use super::header::{self, kind, kind_name};
use crate::sas;

/// The names that a [`Field`] can have, so that whoever shows them can have a word for each.
pub const FIELD_NAMES: &[&str] = &[
    "packet type",
    "flags",
    "DUP",
    "QoS",
    "retain",
    "remaining length",
    "protocol name",
    "protocol level",
    "user name flag",
    "password flag",
    "will retain",
    "will QoS",
    "will flag",
    "clean session",
    "reserved bit",
    "keep alive",
    "client id",
    "will topic",
    "will payload",
    "user name",
    PASSWORD,
    "session present",
    "return code",
    "packet id",
    "topic",
    "payload",
    "topic filter",
    "requested QoS",
    "granted QoS",
    UNREAD,
];

const PASSWORD: &str = "password";
const UNREAD: &str = "unread";

/// One field of a packet and the bytes it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The field, one of [`FIELD_NAMES`].
    pub name: &'static str,
    /// What it holds: a number in decimal, a flag as `0` or `1`, text as it is, and bytes that
    /// are not text in hexadecimal. Secrets are masked.
    pub value: String,
    /// The bytes of the frame that hold it, a length in front included. Fields that share a byte
    /// have the same range.
    pub range: Range<usize>,
}

/// Explains a packet field by field, in the order of its bytes.
///
/// Total: of bytes that are not a packet it explains what it can and calls the rest `unread`.
/// Every byte belongs to at least one field.
pub fn dissect(frame: &[u8]) -> Vec<Field> {
    let mut reader = Reader {
        frame,
        at: 0,
        end: frame.len(),
        fields: Vec::new(),
    };
    // `None` says that the bytes ran out; what could be read is in the fields.
    _ = reader.packet();
    reader.unread();
    reader.fields
}

/// Replaces the secret characters in the password of a CONNECT by `*`, without changing its
/// length. Other packets stay as they are.
///
/// Of a SAS token the signature is masked, and all of any other password: it may be a key that was
/// pasted in the wrong place. So is whatever cannot be read, as it could hold a password.
pub fn mask_connect_password(frame: &[u8]) -> Vec<u8> {
    let mut masked = frame.to_vec();
    if !is_connect(frame) {
        return masked;
    }
    for field in dissect(frame) {
        let Some(bytes) = masked.get_mut(field.range) else {
            continue;
        };
        match field.name {
            PASSWORD => {
                let (_, password) = bytes.split_at_mut(bytes.len().min(2));
                password.copy_from_slice(mask_password(password).as_bytes());
            }
            UNREAD => bytes.fill(b'*'),
            _ => {}
        }
    }
    masked
}

fn is_connect(frame: &[u8]) -> bool {
    frame
        .first()
        .is_some_and(|first| first >> 4 == kind::CONNECT)
}

/// The password with its secret characters replaced; as long as it was.
fn mask_password(password: &[u8]) -> String {
    str::from_utf8(password)
        .ok()
        .filter(|text| text.starts_with("SharedAccessSignature ") && text.contains("sig="))
        .map(sas::mask_signature)
        .filter(|masked| masked.len() == password.len())
        .unwrap_or_else(|| "*".repeat(password.len()))
}

/// Goes through a packet's bytes and notes each field.
struct Reader<'a> {
    frame: &'a [u8],
    at: usize,
    end: usize,
    fields: Vec<Field>,
}

impl<'a> Reader<'a> {
    fn packet(&mut self) -> Option<()> {
        let first = self.peek()?;
        let (kind, flags) = (first >> 4, first & 0x0F);
        self.note(0..1, "packet type", kind_name(kind));
        if kind == kind::PUBLISH {
            self.note(0..1, "DUP", flags >> 3 & 1);
            self.note(0..1, "QoS", flags >> 1 & 3);
            self.note(0..1, "retain", flags & 1);
        } else {
            self.note(0..1, "flags", format!("{flags:04b}"));
        }
        self.at = 1;
        self.remaining_length()?;
        self.body(kind, flags)
    }

    fn remaining_length(&mut self) -> Option<()> {
        let (remaining, digits) = header::read_remaining(self.frame.get(1..)?).ok()??;
        self.note(1..1 + digits, "remaining length", remaining);
        self.at = 1 + digits;
        self.end = self.frame.len().min(self.at + remaining);
        Some(())
    }

    fn body(&mut self, kind: u8, flags: u8) -> Option<()> {
        match kind {
            kind::CONNECT => self.connect(),
            kind::CONNACK => {
                self.byte("session present", |byte| byte & 1)?;
                self.byte("return code", |byte| byte).map(drop)
            }
            kind::PUBLISH => {
                self.block("topic", show)?;
                if flags & 0b0110 != 0 {
                    self.number("packet id")?;
                }
                self.rest("payload", show);
                Some(())
            }
            kind::PUBACK | kind::PUBREC | kind::PUBREL | kind::PUBCOMP | kind::UNSUBACK => {
                self.number("packet id")
            }
            kind::SUBSCRIBE => self.items(|reader| {
                reader.block("topic filter", show)?;
                reader.byte("requested QoS", |byte| byte).map(drop)
            }),
            kind::SUBACK => self.items(|reader| reader.byte("granted QoS", |byte| byte).map(drop)),
            kind::UNSUBSCRIBE => self.items(|reader| reader.block("topic filter", show)),
            _ => None,
        }
    }

    fn connect(&mut self) -> Option<()> {
        self.block("protocol name", show)?;
        let level = self.byte("protocol level", |byte| byte)?;
        let flags = self.connect_flags()?;
        self.number("keep alive")?;
        // MQTT 5 goes on differently, later versions who knows how.
        if level > 4 {
            return None;
        }
        self.block("client id", show)?;
        if flags & 0b0000_0100 != 0 {
            self.block("will topic", show)?;
            self.block("will payload", show)?;
        }
        if flags & 0b1000_0000 != 0 {
            self.block("user name", show)?;
        }
        if flags & 0b0100_0000 != 0 {
            self.block(PASSWORD, mask_password)?;
        }
        Some(())
    }

    fn connect_flags(&mut self) -> Option<u8> {
        let flags = self.byte("user name flag", |flags| flags >> 7)?;
        let range = self.at - 1..self.at;
        self.note(range.clone(), "password flag", flags >> 6 & 1);
        self.note(range.clone(), "will retain", flags >> 5 & 1);
        self.note(range.clone(), "will QoS", flags >> 3 & 3);
        self.note(range.clone(), "will flag", flags >> 2 & 1);
        self.note(range.clone(), "clean session", flags >> 1 & 1);
        self.note(range, "reserved bit", flags & 1);
        Some(flags)
    }

    /// A packet id, and then one item after another to the end of the packet.
    fn items(&mut self, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        self.number("packet id")?;
        while self.at < self.end {
            item(self)?;
        }
        Some(())
    }

    fn peek(&self) -> Option<u8> {
        self.ahead().first().copied()
    }

    /// The packet's bytes that are still to be explained.
    fn ahead(&self) -> &'a [u8] {
        self.frame.get(self.at..self.end).unwrap_or_default()
    }

    /// Notes a field of one byte and returns the byte.
    fn byte(&mut self, name: &'static str, value: impl Fn(u8) -> u8) -> Option<u8> {
        let byte = self.peek()?;
        self.advance(1, name, value(byte).to_string());
        Some(byte)
    }

    /// Notes a field of two bytes, a number.
    fn number(&mut self, name: &'static str) -> Option<()> {
        let bytes = self.ahead().first_chunk()?;
        self.advance(2, name, u16::from_be_bytes(*bytes).to_string());
        Some(())
    }

    /// Notes a field with its length in front.
    fn block(&mut self, name: &'static str, value: impl Fn(&[u8]) -> String) -> Option<()> {
        let (size, bytes) = self.ahead().split_first_chunk()?;
        let size = usize::from(u16::from_be_bytes(*size));
        let value = value(bytes.get(..size)?);
        self.advance(2 + size, name, value);
        Some(())
    }

    /// Notes all that is left of the packet, if anything is.
    fn rest(&mut self, name: &'static str, value: impl Fn(&[u8]) -> String) {
        let rest = self.ahead();
        if !rest.is_empty() {
            self.advance(rest.len(), name, value(rest));
        }
    }

    /// Notes what no field claimed, up to the end of the bytes.
    fn unread(&mut self) {
        self.end = self.frame.len();
        if is_connect(self.frame) {
            self.rest(UNREAD, |bytes| "*".repeat(bytes.len()));
        } else {
            self.rest(UNREAD, show);
        }
    }

    fn advance(&mut self, size: usize, name: &'static str, value: String) {
        self.note(self.at..self.at + size, name, value);
        self.at += size;
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and texts read better by value where they are noted"
    )]
    fn note(&mut self, range: Range<usize>, name: &'static str, value: impl ToString) {
        self.fields.push(Field {
            name,
            value: value.to_string(),
            range,
        });
    }
}

/// Text as it is, other bytes in hexadecimal. Control characters but tabs and line ends are not
/// text: they could not be seen.
fn show(bytes: &[u8]) -> String {
    let unseen = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    match str::from_utf8(bytes) {
        Ok(text) if !text.contains(unseen) => text.to_owned(),
        _ => hexadecimal(bytes),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}
