//! Checking the signature of a device's token, beside OpenSSL's HMAC-SHA256.

#![allow(
    unsafe_code,
    reason = "OpenSSL's HMAC with a context that is used again is to be had in C alone"
)]

use std::{hint::black_box, os::raw::c_int, ptr};

use openssl::{hash::MessageDigest, memcmp, pkey::PKey, sign::Signer};
use openssl_sys::{HMAC_CTX, HMAC_CTX_free, HMAC_CTX_new, HMAC_Final, HMAC_Init_ex, HMAC_Update};
use wire::sas::{SasToken, SharedAccessKey};

use crate::{
    rounds::{in_turn, time},
    site::device_token,
    table::{self, Line, Ratio, Target},
};

const ROUNDS: usize = 11;
const TOKENS: u32 = 50_000;
const PEER_TOKENS: u32 = 50_000;
const KEY: [u8; 32] = [0x5A; 32];

/// Measures, and says whether the target is met.
pub(crate) fn bench() -> bool {
    table::heading(
        "Tokens: SasToken::verify of a device's token; peer: OpenSSL's HMAC-SHA256 of the same bytes",
    );
    let key = SharedAccessKey::from(KEY);
    let token = SasToken::parse(&device_token("dev1", &key)).expect("a token");
    let signed = format!("{}\n{}", token.resource(), token.expires()).into_bytes();
    let mut context = Context::new();
    let expected = context.mac(&KEY, &signed);
    assert_eq!(expected, by_evp(&signed), "both peers do the same");
    let [ours, reused, evp] = in_turn(
        ROUNDS,
        [
            &mut || {
                nanoseconds(TOKENS, || {
                    assert!(black_box(&token).verify(black_box(&key)));
                })
            },
            &mut || {
                nanoseconds(PEER_TOKENS, || {
                    let mac = context.mac(black_box(&KEY), black_box(&signed));
                    assert!(memcmp::eq(&mac, &expected));
                })
            },
            &mut || {
                nanoseconds(PEER_TOKENS, || {
                    let mac = by_evp(black_box(&signed));
                    assert!(memcmp::eq(&mac, &expected));
                })
            },
        ],
    );
    let is_met = table::line(&Line {
        what: "verifying; OpenSSL with a context used again",
        unit: "ns",
        measured: ours.median(),
        target: Target::None,
        peer: Some((
            reused.median(),
            Ratio {
                value: ours.median() / reused.median(),
                target: Target::AtMost(2.0),
            },
        )),
    });
    table::line(&Line {
        what: "  the same; OpenSSL's EVP interface",
        unit: "ns",
        measured: ours.median(),
        target: Target::None,
        peer: Some((
            evp.median(),
            Ratio {
                value: ours.median() / evp.median(),
                target: Target::None,
            },
        )),
    });
    table::note(&format!(
        "{ROUNDS} rounds each; {} bytes are signed; the key is set each time, as each device has its own; {}",
        signed.len(),
        openssl::version::version(),
    ));
    is_met
}

fn nanoseconds(times: u32, mut work: impl FnMut()) -> f64 {
    let all = time(|| (0..times).for_each(|_| work()));
    all.as_secs_f64() * 1e9 / f64::from(times)
}

/// The way that OpenSSL advises.
fn by_evp(signed: &[u8]) -> [u8; 32] {
    let key = PKey::hmac(&KEY).expect("a key");
    let mut hmac = Signer::new(MessageDigest::sha256(), &key).expect("a signer");
    let mut mac = [0; 32];
    let size = hmac.sign_oneshot(&mut mac, signed).expect("a signature");
    assert_eq!(size, mac.len());
    mac
}

/// OpenSSL's quickest way: what is not the computation itself is set up once.
struct Context(*mut HMAC_CTX);

impl Context {
    fn new() -> Self {
        // SAFETY: it has no preconditions.
        let context = unsafe { HMAC_CTX_new() };
        assert!(!context.is_null(), "OpenSSL has a context");
        let mut context = Self(context);
        // From now on the context knows its digest.
        context.start(&KEY, MessageDigest::sha256().as_ptr());
        context
    }

    fn start(&mut self, key: &[u8], digest: *const openssl_sys::EVP_MD) {
        let size = c_int::try_from(key.len()).expect("a short key");
        // SAFETY: the context is live, the key has `size` bytes, and the digest is live for ever or null.
        let done =
            unsafe { HMAC_Init_ex(self.0, key.as_ptr().cast(), size, digest, ptr::null_mut()) };
        assert_eq!(done, 1, "OpenSSL takes the key");
    }

    fn mac(&mut self, key: &[u8], signed: &[u8]) -> [u8; 32] {
        self.start(key, ptr::null());
        let mut mac = [0; 32];
        let mut size = 0;
        // SAFETY: the context is live and has a key; the text has its length, and a SHA-256 fits into `mac`.
        let done = unsafe {
            HMAC_Update(self.0, signed.as_ptr(), signed.len())
                & HMAC_Final(self.0, mac.as_mut_ptr(), &raw mut size)
        };
        assert_eq!((done, size), (1, 32), "OpenSSL signs");
        mac
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the context is live, and nobody uses it after this.
        unsafe { HMAC_CTX_free(self.0) };
    }
}
