//! The rules of MQTT 3.1.1 for what follows the fixed header.
//!
//! They are all checked here, and before the codec sees a byte: it indexes past the end of a
//! malformed packet.

use mqttrs::Pid;

use super::MqttError;
use super::header::{kind, kind_name};

/// The name and the level of the one protocol that is spoken here (MQTT 3.1.1 §3.1.2).
const PROTOCOL: (&str, u8) = ("MQTT", 4);

/// How many characters of a foreign protocol's name an error repeats.
const NAME_SHOWN: usize = 16;

/// Checks the bytes after the fixed header of a packet whose fixed header was already checked.
pub(super) fn body(kind: u8, flags: u8, bytes: &[u8]) -> Result<(), MqttError> {
    let mut body = Body {
        packet: kind_name(kind),
        rest: bytes,
    };
    match kind {
        kind::CONNECT => connect(&mut body)?,
        kind::CONNACK => connack(&mut body)?,
        kind::PUBLISH => return publish(&mut body, flags).map(|_| ()),
        kind::SUBSCRIBE => subscribe(&mut body)?,
        kind::SUBACK => suback(&mut body)?,
        kind::UNSUBSCRIBE => unsubscribe(&mut body)?,
        kind::PINGREQ | kind::PINGRESP | kind::DISCONNECT => {}
        _ => _ = body.packet_id()?,
    }
    body.end()
}

/// MQTT 3.1.1 §3.1.
fn connect(body: &mut Body<'_>) -> Result<(), MqttError> {
    let name = body.text("protocol name")?;
    let level = body.byte("protocol level")?;
    if (name, level) != PROTOCOL {
        return Err(MqttError::UnsupportedProtocol {
            name: name.chars().take(NAME_SHOWN).collect(),
            level,
        });
    }
    let flags = body.byte("connect flags")?;
    check_connect_flags(body, flags)?;
    body.number("keep alive")?;
    body.text("client id")?;
    if flags & 0b0000_0100 != 0 {
        body.topic("will topic")?;
        body.block("will payload")?;
    }
    if flags & 0b1000_0000 != 0 {
        body.text("user name")?;
    }
    if flags & 0b0100_0000 != 0 {
        body.block("password")?;
    }
    Ok(())
}

/// MQTT 3.1.1 §3.1.2.3 to §3.1.2.9.
fn check_connect_flags(body: &Body<'_>, flags: u8) -> Result<(), MqttError> {
    let [
        user_name,
        password,
        retain,
        qos_high,
        qos_low,
        will,
        _clean,
        reserved,
    ] = [7, 6, 5, 4, 3, 2, 1, 0].map(|bit| flags >> bit & 1 == 1);
    let why = if reserved {
        "the reserved bit 0 is set"
    } else if password && !user_name {
        "a password without a user name"
    } else if qos_high && qos_low {
        "expected a will QoS of 0, 1 or 2, found 3"
    } else if !will && (qos_high || qos_low) {
        "a will QoS without a will"
    } else if !will && retain {
        "will retain without a will"
    } else {
        return Ok(());
    };
    Err(body.bad("connect flags", why))
}

/// MQTT 3.1.1 §3.2.
fn connack(body: &mut Body<'_>) -> Result<(), MqttError> {
    let flags = body.byte("acknowledge flags")?;
    let code = body.byte("return code")?;
    if flags > 1 {
        return Err(body.bad("acknowledge flags", "expected 0 or 1"));
    }
    if code > 5 {
        return Err(body.bad("return code", "expected 0 to 5"));
    }
    if flags == 1 && code != 0 {
        return Err(body.malformed("a refusal cannot have a session present"));
    }
    Ok(())
}

/// What follows the fixed header of a PUBLISH.
pub(super) struct PublishBody<'a> {
    pub(super) topic: &'a str,
    /// Only QoS 0 has none.
    pub(super) packet_id: Option<Pid>,
    pub(super) payload: &'a [u8],
}

/// Reads the bytes after the fixed header of a PUBLISH.
pub(super) fn publish_body(flags: u8, bytes: &[u8]) -> Result<PublishBody<'_>, MqttError> {
    let mut body = Body {
        packet: kind_name(kind::PUBLISH),
        rest: bytes,
    };
    publish(&mut body, flags)
}

/// MQTT 3.1.1 §3.3. All that follows the packet id is payload.
fn publish<'a>(body: &mut Body<'a>, flags: u8) -> Result<PublishBody<'a>, MqttError> {
    let topic = body.topic("topic")?;
    let packet_id = match flags & 0b0110 {
        0 => None,
        _ => Some(body.packet_id()?),
    };
    Ok(PublishBody {
        topic,
        packet_id,
        payload: body.rest,
    })
}

/// MQTT 3.1.1 §3.8.
fn subscribe(body: &mut Body<'_>) -> Result<(), MqttError> {
    body.packet_id()?;
    body.list("expected at least one topic filter", |body| {
        body.filter()?;
        if body.byte("requested QoS")? > 2 {
            return Err(body.bad("requested QoS", "expected 0, 1 or 2"));
        }
        Ok(())
    })
}

/// MQTT 3.1.1 §3.9.
fn suback(body: &mut Body<'_>) -> Result<(), MqttError> {
    body.packet_id()?;
    body.list("expected at least one return code", |body| {
        match body.byte("return code")? {
            0..=2 | 0x80 => Ok(()),
            _ => Err(body.bad("return code", "expected 0, 1, 2 or 128")),
        }
    })
}

/// MQTT 3.1.1 §3.10.
fn unsubscribe(body: &mut Body<'_>) -> Result<(), MqttError> {
    body.packet_id()?;
    body.list("expected at least one topic filter", Body::filter)
}

/// The bytes of a packet that are still to be read.
struct Body<'a> {
    packet: &'static str,
    rest: &'a [u8],
}

impl<'a> Body<'a> {
    fn malformed(&self, why: &'static str) -> MqttError {
        MqttError::Malformed {
            packet: self.packet,
            why,
        }
    }

    fn bad(&self, field: &'static str, why: &'static str) -> MqttError {
        MqttError::BadField {
            packet: self.packet,
            field,
            why,
        }
    }

    fn cut(&self, field: &'static str) -> MqttError {
        self.bad(field, "the packet ends before it does")
    }

    fn take(&mut self, size: usize, field: &'static str) -> Result<&'a [u8], MqttError> {
        let split = self.rest.split_at_checked(size);
        let (taken, rest) = split.ok_or_else(|| self.cut(field))?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self, field: &'static str) -> Result<u8, MqttError> {
        let (&byte, rest) = self.rest.split_first().ok_or_else(|| self.cut(field))?;
        self.rest = rest;
        Ok(byte)
    }

    fn number(&mut self, field: &'static str) -> Result<u16, MqttError> {
        let high = self.byte(field)?;
        let low = self.byte(field)?;
        Ok(u16::from_be_bytes([high, low]))
    }

    /// Bytes with their length in front.
    fn block(&mut self, field: &'static str) -> Result<&'a [u8], MqttError> {
        let size = self.number(field)?;
        self.take(size.into(), field)
    }

    /// MQTT 3.1.1 §1.5.3.
    fn text(&mut self, field: &'static str) -> Result<&'a str, MqttError> {
        let bytes = self.block(field)?;
        let text = str::from_utf8(bytes)
            .map_err(|_| self.bad(field, "expected UTF-8, found other bytes"))?;
        if has_any(text, |byte| byte == 0) {
            return Err(self.bad(field, "a text cannot hold the character U+0000"));
        }
        Ok(text)
    }

    /// The name of a topic, MQTT 3.1.1 §4.7.
    fn topic(&mut self, field: &'static str) -> Result<&'a str, MqttError> {
        let topic = self.text(field)?;
        if topic.is_empty() {
            return Err(self.bad(field, "expected at least one character"));
        }
        if has_any(topic, |byte| byte == b'+' || byte == b'#') {
            return Err(self.bad(field, "a topic cannot hold the wildcards `+` and `#`"));
        }
        Ok(topic)
    }

    /// A topic filter, MQTT 3.1.1 §4.7.
    fn filter(&mut self) -> Result<(), MqttError> {
        let field = "topic filter";
        let filter = self.text(field)?;
        if filter.is_empty() {
            return Err(self.bad(field, "expected at least one character"));
        }
        let mut levels = filter.split('/').rev();
        let last = levels.next().unwrap_or_default();
        let whole = |level: &str| level == "+" || !level.contains(['+', '#']);
        if (last == "#" || whole(last)) && levels.all(whole) {
            return Ok(());
        }
        let why = "`+` must fill a whole level, and `#` the whole last level";
        Err(self.bad(field, why))
    }

    fn packet_id(&mut self) -> Result<Pid, MqttError> {
        Pid::try_from(self.number("packet id")?)
            .map_err(|_| self.bad("packet id", "expected 1 to 65535, found 0"))
    }

    /// One item or more, to the end of the packet.
    fn list(
        &mut self,
        empty: &'static str,
        item: impl Fn(&mut Self) -> Result<(), MqttError>,
    ) -> Result<(), MqttError> {
        if self.rest.is_empty() {
            return Err(self.malformed(empty));
        }
        while !self.rest.is_empty() {
            item(self)?;
        }
        Ok(())
    }

    fn end(&self) -> Result<(), MqttError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.malformed("bytes are left after its last field"))
    }
}

/// Whether one of the bytes is such a one. Looks at all of them, which the processor does many at a time.
fn has_any(text: &str, is_such: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |has, byte| has | is_such(byte))
}
