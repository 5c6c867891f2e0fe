//! Requests and responses on their way between two processes: a JSON value with its length before it.

use http::{Request, Response};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

#[derive(Serialize, Deserialize)]
struct Asked {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What a request was answered with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Without its quotes.
    pub(crate) etag: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) async fn write_request(
    stream: &mut TcpStream,
    request: &Request<Vec<u8>>,
) -> Option<()> {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or_default();
        (name.to_string(), value.to_owned())
    });
    let asked = Asked {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: headers.collect(),
        body: request.body().clone(),
    };
    write(stream, &asked).await
}

pub(crate) async fn read_request(stream: &mut TcpStream) -> Option<Request<Vec<u8>>> {
    let asked: Asked = read(stream).await?;
    let mut request = Request::builder()
        .method(asked.method.as_str())
        .uri(asked.target);
    for (name, value) in asked.headers {
        request = request.header(name, value);
    }
    request.body(asked.body).ok()
}

pub(crate) async fn write_response(
    stream: &mut TcpStream,
    response: &Response<Vec<u8>>,
) -> Option<()> {
    let etag = response.headers().get("etag");
    let etag = etag.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let answer = Answer {
        status: response.status().as_u16(),
        etag: etag.trim_matches('"').to_owned(),
        body: response.body().clone(),
    };
    write(stream, &answer).await
}

pub(crate) async fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    read(stream).await
}

async fn write(stream: &mut TcpStream, value: &impl Serialize) -> Option<()> {
    let text = serde_json::to_vec(value).ok()?;
    let mut bytes = u32::try_from(text.len()).ok()?.to_be_bytes().to_vec();
    bytes.extend(text);
    stream.write_all(&bytes).await.ok()
}

async fn read<T: for<'de> Deserialize<'de>>(stream: &mut TcpStream) -> Option<T> {
    let length = stream.read_u32().await.ok()?;
    let mut bytes = vec![0; usize::try_from(length).ok()?];
    stream.read_exact(&mut bytes).await.ok()?;
    serde_json::from_slice(&bytes).ok()
}
