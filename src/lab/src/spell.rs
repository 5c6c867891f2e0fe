//! A message of the trace in the words of other tools: curl, the Azure CLI, and MQTT's topics.
//!
//! All is made from the message itself. Its token is the shell's variable `SAS_TOKEN`; keys are masked in it already.

mod az;
mod shell;

use wire::mqtt::{self, mqttrs::Packet};

use crate::{
    trace::Traced,
    view::{Direction, Protocol, Spelling, Tool},
};
use shell::Line;

/// The same in other words; none for an answer.
pub(crate) fn spellings(traced: &Traced, host: &str) -> Vec<Spelling> {
    match traced.protocol {
        Protocol::Http if traced.direction == Direction::ToHub => of_request(&traced.bytes),
        Protocol::Http | Protocol::Amqp => Vec::new(),
        Protocol::Mqtt => of_packet(traced, host),
    }
}

fn spelling(tool: Tool, text: String) -> Spelling {
    Spelling { tool, text }
}

fn of_packet(traced: &Traced, host: &str) -> Vec<Spelling> {
    let packet = mqtt::Frame::parse(&traced.bytes).ok();
    let packet = packet.as_ref().and_then(|frame| frame.decode().ok());
    match packet {
        Some(Packet::Publish(publish)) => {
            let payload = String::from_utf8_lossy(publish.payload);
            let text = match payload.as_ref() {
                "" => publish.topic_name.to_owned(),
                payload => format!("{}\n{payload}", publish.topic_name),
            };
            let az = match traced.direction {
                Direction::ToHub => az::telemetry(host, publish.topic_name, publish.payload),
                Direction::FromHub => None,
            };
            std::iter::once(spelling(Tool::Mqtt, text))
                .chain(az.map(|text| spelling(Tool::Az, text)))
                .collect()
        }
        Some(Packet::Subscribe(subscribe)) => {
            let topics: Vec<_> = subscribe
                .topics
                .into_iter()
                .map(|topic| topic.topic_path)
                .collect();
            vec![spelling(Tool::Mqtt, topics.join("\n"))]
        }
        _ => Vec::new(),
    }
}

/// A request as the trace keeps it: HTTP/1.1.
pub(crate) struct Request<'a> {
    method: &'a str,
    target: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    fn read(message: &'a [u8]) -> Option<Self> {
        let end = message.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let (head, body) = message.split_at_checked(end)?;
        let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
        let mut first = lines.next()?.split(' ');
        Some(Self {
            method: first.next()?,
            target: first.next()?,
            headers: lines.filter_map(|line| line.split_once(": ")).collect(),
            body: body.get(4..)?,
        })
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(*value))
    }
}

fn of_request(message: &[u8]) -> Vec<Spelling> {
    let Some(request) = Request::read(message) else {
        return Vec::new();
    };
    let curl = curl(&request).map(|text| spelling(Tool::Curl, text));
    let az = az::of_request(&request).map(|text| spelling(Tool::Az, text));
    curl.into_iter().chain(az).collect()
}

/// A curl command. None for a body that no command line can hold.
fn curl(request: &Request<'_>) -> Option<String> {
    let host = request.header("host")?;
    let mut line = Line::new("curl");
    if request.method != "GET" {
        line.plain("-X").word(request.method);
    }
    let url = format!("https://{host}{}", request.target);
    // curl takes brackets and braces in an address for a list of addresses.
    if url.contains(['[', ']', '{', '}']) {
        line.plain("--globoff");
    }
    line.word(&url);
    for (name, value) in &request.headers {
        match *name {
            "host" | "content-length" => {}
            "authorization" => {
                line.next()
                    .plain("-H")
                    .plain("\"Authorization: $SAS_TOKEN\"");
            }
            // To curl a header without a value is one to leave out, unless it ends so.
            name if value.is_empty() => {
                line.next().plain("-H").word(&format!("{name};"));
            }
            name => {
                line.next().plain("-H").word(&format!("{name}: {value}"));
            }
        }
    }
    if !request.body.is_empty() {
        let body = std::str::from_utf8(request.body).ok()?;
        if body.contains('\0') {
            return None;
        }
        // What follows --data may name a file; what follows --data-raw may not.
        line.next().plain("--data-raw").quoted(body);
        if request.header("content-type").is_none() {
            // Otherwise curl says that it is a form.
            line.next().plain("-H").word("Content-Type:");
        }
    }
    Some(line.finish())
}

#[cfg(test)]
mod tests;
