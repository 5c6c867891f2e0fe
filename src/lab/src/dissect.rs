//! Parts of a message with the bytes that hold them.

use wire::mqtt;

use crate::view::FieldView;

/// The fields of one MQTT packet.
pub(crate) fn mqtt_fields(packet: &[u8]) -> Vec<FieldView> {
    mqtt::dissect(packet)
        .into_iter()
        .map(|field| FieldView {
            name: field.name.to_owned(),
            value: field.value,
            start: field.range.start,
            end: field.range.end,
        })
        .collect()
}

/// The first line, the headers and the body of an HTTP message.
pub(crate) fn http_fields(message: &[u8], first_line: &str) -> Vec<FieldView> {
    let mut fields = Vec::new();
    let mut start = 0;
    while let Some(length) = message
        .get(start..)
        .and_then(|rest| rest.windows(2).position(|pair| pair == b"\r\n"))
    {
        let end = start + length;
        let line =
            String::from_utf8_lossy(message.get(start..end).unwrap_or_default()).into_owned();
        start = end + 2;
        if line.is_empty() {
            break;
        }
        let range = (end - length, end);
        fields.push(match line.split_once(": ") {
            Some((name, value)) if !fields.is_empty() => field(name, value, range),
            _ => field(first_line, &line, range),
        });
    }
    if let Some(body) = message.get(start..).filter(|body| !body.is_empty()) {
        fields.push(field(
            "body",
            &String::from_utf8_lossy(body),
            (start, message.len()),
        ));
    }
    fields
}

/// The body of an AMQP message.
pub(crate) fn body_field(body: &[u8]) -> Vec<FieldView> {
    let text = String::from_utf8_lossy(body);
    let fields = (!body.is_empty()).then(|| field("body", &text, (0, body.len())));
    fields.into_iter().collect()
}

/// A field, and where its bytes begin and end.
pub(crate) fn field(name: &str, value: &str, (start, end): (usize, usize)) -> FieldView {
    FieldView {
        name: name.to_owned(),
        value: value.to_owned(),
        start,
        end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_http_message_has_its_bytes() {
        let message = b"PUT /devices/a HTTP/1.1\r\nhost: h\r\nx: a: b\r\n\r\n{}\r\n\r\n";
        let fields = http_fields(message, "request");
        let texts: Vec<_> = fields
            .iter()
            .map(|field| {
                (
                    field.name.as_str(),
                    field.value.as_str(),
                    &message[field.start..field.end],
                )
            })
            .collect();
        assert_eq!(
            texts,
            [
                (
                    "request",
                    "PUT /devices/a HTTP/1.1",
                    &b"PUT /devices/a HTTP/1.1"[..]
                ),
                ("host", "h", b"host: h"),
                ("x", "a: b", b"x: a: b"),
                ("body", "{}\r\n\r\n", b"{}\r\n\r\n"),
            ]
        );
    }
}
