//! Keys and signatures of clients, right and wrong, where they belong and where they do not: none is told anywhere.

use http::{Request, header};
use serde_amqp::Value;
use serde_bytes::ByteBuf;
use tokio::net::TcpStream;
use wire::{
    connection_string::{EventHubsConnectionString, ServiceConnectionString},
    sas::{SasToken, SharedAccessKey},
};

use crate::{
    amqp_client::{AMQP_HEADER, Client, entry, put_token, section, status},
    client::{Device, exchange, get, register, wait_for_state},
    program::{Program, now},
};

/// What must not be found.
struct Secrets(Vec<String>);

impl Secrets {
    /// Keys, and the signatures of tokens.
    fn new(keys: &[&SharedAccessKey], tokens: &[&str]) -> Self {
        let keys = keys.iter().map(|key| key.to_base64().expose().clone());
        let signatures = tokens.iter().map(|token| {
            let (_, rest) = token.split_once("sig=").unwrap();
            rest.split('&').next().unwrap().to_owned()
        });
        Self(keys.chain(signatures).collect())
    }

    /// Shows what is around a secret that is found, and not the secret.
    fn assert_not_in(&self, what: &str, text: &str) {
        for secret in &self.0 {
            for form in [secret.clone(), escaped(secret), unescaped(secret)] {
                if let Some((before, after)) = text.split_once(&form) {
                    let from = before.char_indices().rev().nth(300).map_or(0, |(at, _)| at);
                    let after: String = after.chars().take(100).collect();
                    panic!("{what}: {}[a secret]{after}", &before[from..]);
                }
            }
        }
    }

    /// Looks for them in all that the program tells to others than its clients.
    fn assert_not_told(&self, program: Program) {
        for path in ["/", "/state.json", "/metrics", "/healthz"] {
            let told = get(&program, path);
            self.assert_not_in(path, told.body());
            assert_no_mark(path, told.body());
        }
        let log = program.stop();
        assert!(log.contains("client refused"), "{log}");
        self.assert_not_in("the log", &log);
        assert_no_mark("the log", &log);
    }
}

/// Nothing looks as if a secret followed.
fn assert_no_mark(what: &str, text: &str) {
    let lower = text.to_lowercase();
    for mark in ["sig=", "sig%3d", "sharedaccesskey=", "sharedaccesskey%3d"] {
        assert!(!lower.contains(mark), "{mark} is in {what}");
    }
}

fn token(resource: &str, key: &SharedAccessKey, policy: Option<&str>) -> String {
    let expires = now().as_seconds() + 3_600;
    let token = SasToken::sign(resource, key, expires, policy).to_text();
    token.expose().clone()
}

/// Waits until so many refusals are on the page.
fn wait_for_refusals(program: &Program, count: usize) {
    wait_for_state(program, |state| {
        state["refusals"].as_array().unwrap().len() >= count
    });
}

/// A text as a part of a path.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// A signature as it is before it is put into a token.
fn unescaped(text: &str) -> String {
    let text = percent_encoding::percent_decode_str(text);
    text.decode_utf8().unwrap().into_owned()
}

#[test]
fn none_of_mqtt_and_rest_is_told() {
    let program = Program::start(&["--log", "trace"]);
    let key = register(&program, "dev1");
    let wrong = SharedAccessKey::from([9; 32]);
    let own = token("localhost/devices/dev1", &key, None);
    let forged = token("localhost/devices/dev1", &wrong, None);
    let owner = program.connections["iothubowner"].as_str().unwrap();
    let owner_key = owner.parse::<ServiceConnectionString>().unwrap().key;
    let bare_key = key.to_base64().expose().clone();

    let (mut device, code) = Device::connect_with(&program, "dev1", &own);
    assert_eq!(code, 0);
    device.publish(b"{}");
    // Tokens, connection strings and keys where none belong.
    device.publish_to(&own, b"{}");
    for password in [&forged, owner, "sig=none", &bare_key] {
        let (_, code) = Device::connect_with(&program, "dev1", password);
        assert_eq!(code, 5);
    }
    for client_id in [&forged, owner, &bare_key] {
        Device::connect_with(&program, client_id, &own);
    }
    for authorization in [&own, &forged, owner, &bare_key] {
        for path in [
            "/devices?api-version=2021-04-12".to_owned(),
            format!("/devices?api-version=2021-04-12&token={}", escaped(&own)),
            format!("/{}?api-version=2021-04-12", escaped(&own)),
            format!("/devices/{}?api-version=2021-04-12", escaped(owner)),
            format!("/devices/{}?api-version=2021-04-12", escaped(&bare_key)),
        ] {
            let request = Request::get(path).header(header::AUTHORIZATION, authorization);
            let response = exchange(&program, &request.body(Vec::new()).unwrap());
            assert!(!response.status().is_success());
        }
    }
    wait_for_refusals(&program, 28);
    let secrets = Secrets::new(&[&key, &wrong, &owner_key], &[&own, &forged]);
    secrets.assert_not_told(program);
}

/// What a client of AMQP knows, or does not quite know.
struct Knowledge {
    key: SharedAccessKey,
    wrong: SharedAccessKey,
    /// The audiences and the tokens for them: the hub's, and the event hub's.
    right: [(String, String); 2],
    forged: [(String, String); 2],
    connection_string: String,
}

impl Knowledge {
    fn of(program: &Program) -> Self {
        let connection_string = program.connections["eventhub"].as_str().unwrap().to_owned();
        let event_hub = connection_string.parse::<EventHubsConnectionString>();
        let entity = event_hub.unwrap().entity_path.unwrap();
        let service = program.connections["service"].as_str().unwrap();
        let key = service.parse::<ServiceConnectionString>().unwrap().key;
        let wrong = SharedAccessKey::from([9; 32]);
        let tokens = |key: &SharedAccessKey| {
            let as_text = key.to_base64().into_inner().into_bytes();
            let as_text = SharedAccessKey::from_bytes(as_text).unwrap();
            let events = format!("sb://localhost/{entity}");
            [("localhost".to_owned(), key.clone()), (events, as_text)].map(|(audience, key)| {
                let token = token(&audience, &key, Some("service"));
                (audience, token)
            })
        };
        Self {
            right: tokens(&key),
            forged: tokens(&wrong),
            key,
            wrong,
            connection_string,
        }
    }

    fn secrets(&self) -> Secrets {
        let tokens = self.right.iter().chain(&self.forged);
        let tokens: Vec<_> = tokens.map(|(_, token)| token.as_str()).collect();
        Secrets::new(&[&self.key, &self.wrong], &tokens)
    }

    /// Everything that a client may take for something else.
    fn anything(&self) -> Vec<String> {
        let keys = [&self.key, &self.wrong].map(|key| key.to_base64().into_inner());
        let tokens = self.right.iter().chain(&self.forged);
        let tokens = tokens.map(|(_, token)| token.clone());
        let strings = [self.connection_string.clone()];
        keys.into_iter().chain(tokens).chain(strings).collect()
    }
}

async fn connect(program: &Program) -> Client {
    let stream = TcpStream::connect(("127.0.0.1", program.port("amqp"))).await;
    Client::new(stream.unwrap())
}

/// A user and a password, as PLAIN has them.
fn plain(user: &str, password: &str) -> String {
    format!("\0{user}\0{password}")
}

/// Tries to come in by SASL. Gives whether the client is in.
async fn authenticate(program: &Program, mechanism: &str, response: &Value) -> bool {
    let mut client = connect(program).await;
    client.sasl().await;
    let outcome = client.choose(mechanism, response).await;
    let is_in = outcome.is_some_and(|frame| frame.body[2] == 0x44 && frame.body[7] == 0);
    if is_in {
        client.write(AMQP_HEADER).await;
        assert_eq!(&client.read_header().await, AMQP_HEADER);
    }
    is_in
}

#[tokio::test]
async fn none_of_sasl_is_told() {
    let program = Program::start(&["--log", "trace"]);
    let known = Knowledge::of(&program);
    let key = known.key.to_base64().into_inner();
    let with_token = "service@sas.root.localhost";
    for (user, password) in [("service", &key), (with_token, &known.right[0].1)] {
        let response = plain(user, password).into_bytes();
        let response = Value::Binary(ByteBuf::from(response));
        assert!(authenticate(&program, "PLAIN", &response).await, "{user}");
    }
    let mut count = 0;
    for secret in known.anything() {
        for response in [
            plain("device", &secret),
            plain(with_token, &format!("{secret}x")),
            // The wrong way round, with one of them too many, and without the other.
            plain(&secret, "service"),
            plain("service", &format!("{secret}\0{secret}")),
            secret.clone(),
        ] {
            let bytes = Value::Binary(ByteBuf::from(response.clone().into_bytes()));
            assert!(!authenticate(&program, "PLAIN", &bytes).await);
            // A text is no response, and a response no mechanism.
            assert!(!authenticate(&program, "PLAIN", &Value::from(response)).await);
            assert!(!authenticate(&program, &secret, &bytes).await);
            count += 3;
        }
    }
    wait_for_refusals(&program, count.min(100));
    known.secrets().assert_not_told(program);
}

#[tokio::test]
async fn none_of_cbs_is_told() {
    let program = Program::start(&["--log", "trace"]);
    let known = Knowledge::of(&program);
    let secrets = known.secrets();
    let mut client = connect(&program).await;
    client.open().await;
    client.begin(0).await;
    let requests = client.attach_cbs().await;
    for (audience, token) in &known.right {
        let request = put_token(Value::from("1"), audience, token);
        assert_eq!(status(&client.ask(requests, &request).await), 200);
    }
    let mut puts = Vec::new();
    for (audience, token) in &known.forged {
        puts.push((audience.clone(), token.clone()));
        // Cut off, and put for another.
        puts.push((audience.clone(), token[..token.len() - 40].to_owned()));
        puts.push(("elsewhere".to_owned(), token.clone()));
    }
    for secret in known.anything() {
        puts.push((secret.clone(), secret.clone()));
        puts.push((secret.clone(), known.right[0].1.clone()));
        puts.push(("localhost".to_owned(), format!("{secret}x")));
    }
    let mut refused = 0;
    for (audience, token) in &puts {
        let request = put_token(Value::from("1"), audience, token);
        let answer = client.ask(requests, &request).await;
        refused += usize::from(status(&answer) == 401);
        let Value::String(why) = entry(section(&answer, 0x74), &Value::from("status-description"))
        else {
            panic!("expected a text");
        };
        secrets.assert_not_in("an answer", why);
    }
    // A token that is right may be put for any text that begins with its host, whatever follows.
    assert!(refused >= 20, "{refused} of {}", puts.len());
    wait_for_refusals(&program, refused);
    secrets.assert_not_told(program);
}

#[tokio::test]
async fn none_in_an_address_of_amqp_is_told() {
    let program = Program::start(&["--log", "trace"]);
    let known = Knowledge::of(&program);
    let mut client = connect(&program).await;
    client.open().await;
    client.begin(0).await;
    let (audience, token) = &known.right[0];
    let mut count = 0;
    for secret in known.anything() {
        for address in [
            secret.clone(),
            format!("/messages/devicebound/{secret}"),
            format!("{secret}/ConsumerGroups/$Default/Partitions/0"),
        ] {
            assert!(client.attach_sender(&address).await.is_err());
            assert!(client.attach_receiver(&address, |_| {}).await.is_err());
            count += 2;
        }
    }
    // A client that is refused something is told of as well.
    let elsewhere = client.put_token("elsewhere", token).await;
    assert_eq!(elsewhere, 401, "{audience}");
    wait_for_refusals(&program, count + 1);
    known.secrets().assert_not_told(program);
}
