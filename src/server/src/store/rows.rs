//! Rows, and the values of the hub that they hold.

use std::borrow::Cow;

use hub::{EventRecord, RecordKey, SenderRecord};
use rusqlite::{Row, Statement, params};
use wire::timestamp::Timestamp;

use super::checksum::Checksum;

/// The kind of the record that is the header.
pub(super) const HEADER: &str = "header";

pub(super) const PUT_RECORD: &str =
    "INSERT OR REPLACE INTO record (kind, id, module_id, number, json, checksum)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
pub(super) const DELETE_RECORD: &str =
    "DELETE FROM record WHERE kind = ?1 AND id = ?2 AND module_id = ?3 AND number = ?4";
pub(super) const DELETE_DEVICE: &str = "DELETE FROM record WHERE id = ?1
     AND kind IN ('device', 'module', 'twin', 'message', 'feedback', 'session')";
pub(super) const DELETE_MODULE: &str = "DELETE FROM record WHERE id = ?1 AND module_id = ?2
     AND kind IN ('module', 'twin', 'session')";
pub(super) const PUT_EVENT: &str = "INSERT INTO event
     (partition, number, offset, at, device_id, module_id, auth_method, generation_id, bag, body, checksum)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
pub(super) const DELETE_EVENTS: &str = "DELETE FROM event WHERE partition = ?1 AND number < ?2";

pub(super) const RECORDS: &str = "SELECT kind, id, module_id, number, json, checksum FROM record
     WHERE kind = ?1 ORDER BY kind, id, module_id, number";
pub(super) const EVENTS: &str = "SELECT
     partition, number, offset, at, device_id, module_id, auth_method, generation_id, bag, body, checksum
     FROM event ORDER BY partition, number";

/// Puts a record; the names are those of its key.
pub(super) fn put_record(
    statement: &mut Statement<'_>,
    (kind, id, module_id, number): (&str, &str, &str, i64),
    json: &str,
) -> rusqlite::Result<usize> {
    let sum = record_sum((kind, id, module_id, number), json);
    statement.execute(params![kind, id, module_id, number, json, sum])
}

/// The columns of a record's key.
pub(super) fn columns<'a>(key: &RecordKey<'a>) -> (&'static str, &'a str, &'a str, i64) {
    (key.kind.name(), key.id, key.module_id, signed(key.number))
}

/// The line that a row of [`RECORDS`] holds; an error names a row that is not as it was written.
pub(super) fn read_record(row: &Row<'_>) -> rusqlite::Result<Result<String, String>> {
    let (kind, id, module_id, number): (String, String, String, i64) =
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let (json, sum): (String, i64) = (row.get(4)?, row.get(5)?);
    if sum == record_sum((&kind, &id, &module_id, number), &json) {
        return Ok(Ok(json));
    }
    Ok(Err(format!(
        "the record {kind} of {id:?} is not as it was written"
    )))
}

pub(super) fn put_event(
    statement: &mut Statement<'_>,
    event: &EventRecord<'_>,
) -> rusqlite::Result<usize> {
    let sender = &event.sender;
    statement.execute(params![
        event.partition,
        signed(event.number),
        signed(event.offset),
        signed(event.at.as_millis()),
        sender.device_id,
        sender.module_id,
        sender.auth_method,
        sender.generation_id,
        event.bag,
        event.body,
        event_sum(event)
    ])
}

/// The line for a row of [`EVENTS`]; an error names a row that is not as it was written.
pub(super) fn read_event(row: &Row<'_>) -> rusqlite::Result<Result<String, String>> {
    let text = |column| row.get(column).map(Cow::<str>::Owned);
    let module_id: Option<String> = row.get(5)?;
    let event = EventRecord {
        partition: row.get(0)?,
        number: unsigned(row.get(1)?),
        offset: unsigned(row.get(2)?),
        at: Timestamp::from_millis(unsigned(row.get(3)?)),
        sender: SenderRecord {
            device_id: text(4)?,
            module_id: module_id.map(Cow::Owned),
            auth_method: text(6)?,
            generation_id: text(7)?,
        },
        bag: text(8)?,
        body: Cow::Owned(row.get(9)?),
    };
    let sum: i64 = row.get(10)?;
    if sum == event_sum(&event) {
        return Ok(Ok(event.to_json()));
    }
    Ok(Err(format!(
        "event {} of partition {} is not as it was written",
        event.number, event.partition
    )))
}

fn record_sum((kind, id, module_id, number): (&str, &str, &str, i64), json: &str) -> i64 {
    Checksum::default()
        .text(kind)
        .text(id)
        .text(module_id)
        .number(number)
        .text(json)
        .sum()
}

fn event_sum(event: &EventRecord<'_>) -> i64 {
    let sender = &event.sender;
    Checksum::default()
        .number(event.partition.into())
        .number(signed(event.number))
        .number(signed(event.offset))
        .number(signed(event.at.as_millis()))
        .text(&sender.device_id)
        .text(sender.module_id.as_deref().unwrap_or_default())
        .text(&sender.auth_method)
        .text(&sender.generation_id)
        .text(&event.bag)
        .bytes(&event.body)
        .sum()
}

/// A number as SQLite has it: with a sign, so that the largest come back as they are but sort first. The hub has none
/// that large.
pub(super) fn signed(number: u64) -> i64 {
    number.cast_signed()
}

fn unsigned(number: i64) -> u64 {
    number.cast_unsigned()
}
