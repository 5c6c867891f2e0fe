//! How long AMQP values are, and which bytes are none.

use wire::amqp::{ValueError, measure};

#[allow(
    clippy::needless_pass_by_value,
    reason = "expectations are written in place"
)]
fn check(bytes: &[u8], expected: Result<usize, ValueError>) {
    assert_eq!(measure(bytes), expected, "{bytes:02x?}");
}

#[test]
fn a_value_ends_where_the_next_begins() {
    for (bytes, length) in [
        (&[0x40, 0x40][..], 1),
        (&[0x56, 1, 0xFF], 2),
        (&[0x80, 0, 0, 0, 0, 0, 0, 0, 7, 9], 9),
        (&[0xA1, 2, b'h', b'i', 0], 4),
        (&[0xB0, 0, 0, 0, 1, 7], 6),
        (&[0xC0, 3, 2, 0x40, 0x40, 0x40], 5),
        (&[0xD1, 0, 0, 0, 6, 0, 0, 0, 2, 0x40, 0x40], 11),
        (&[0xE0, 4, 2, 0x50, 1, 2], 6),
        (&[0x00, 0x53, 0x10, 0x45, 0x40], 4),
    ] {
        check(bytes, Ok(length));
    }
}

#[test]
fn what_is_cut_off_is_no_value() {
    for (bytes, missing) in [
        (&[][..], 1),
        (&[0x70, 0, 0], 2),
        (&[0xB1, 0xFF, 0xFF, 0xFF, 0xFF], 0xFFFF_FFFF),
        (&[0xC0, 5, 1, 0x40], 3),
        (&[0x00, 0x53], 1),
    ] {
        check(bytes, Err(ValueError::CutOff { missing }));
    }
}

#[test]
fn a_list_holds_what_it_announces() {
    check(&[0xC0, 3, 1, 0x40, 0x40], Err(ValueError::Size));
    check(&[0xC0, 1, 1], Err(ValueError::CutOff { missing: 1 }));
}

#[test]
fn there_is_no_such_type() {
    check(&[0x10], Err(ValueError::Type { code: 0x10 }));
}

#[test]
fn a_thousand_lists_in_each_other_are_too_many() {
    let mut bytes = vec![0x45];
    for _ in 0..1000 {
        let size = u32::try_from(bytes.len() + 4).unwrap();
        let mut outer = vec![0xD0];
        outer.extend(size.to_be_bytes());
        outer.extend(1_u32.to_be_bytes());
        outer.extend(bytes);
        bytes = outer;
    }
    check(&bytes, Err(ValueError::TooComplex));
    // So are as many descriptors.
    check(&[0; 1000], Err(ValueError::TooComplex));
}

#[test]
fn an_array_of_elements_without_bytes_is_bounded() {
    let array = |count: u32| {
        let mut bytes = vec![0xF0, 0, 0, 0, 5];
        bytes.extend(count.to_be_bytes());
        bytes.push(0x40);
        bytes
    };
    check(&array(256), Ok(10));
    check(&array(u32::MAX), Err(ValueError::TooComplex));
}
