// The built site as a static host on the web serves it: compressed, and with files of a hashed name kept for good.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const DIST = resolve(process.env.IOTHUB_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url)));

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".ftl": "text/plain; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** Both as hosts set them: good, and not slow. */
const ENCODINGS = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (body) => promisify(gzip)(body, { level: 6 }),
};

/** Where the site was built to be published: search engines are told whole addresses. */
export const SITE = process.env.IOTHUB_SITE_URL ?? "http://localhost:8083/";

/** Serves the site there. */
export async function serve() {
  // A host compresses a file once.
  const compressed = new Map();
  const compress = async (file, body, encoding) => {
    const key = `${encoding} ${file}`;
    if (!compressed.has(key)) compressed.set(key, await ENCODINGS[encoding](body));
    return compressed.get(key);
  };
  const server = createServer(async ({ url, headers }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const name = decodeURIComponent(pathname).replace(/\/$/, "/index.html");
    const asked = normalize(join(DIST, name));
    const found = asked.startsWith(DIST + sep) ? await readFile(asked).catch(() => null) : null;
    const file = found ? asked : join(DIST, "404.html");
    const body = found ?? await readFile(file);
    const encoding = Object.keys(ENCODINGS).find((name) => headers["accept-encoding"]?.includes(name));
    const isHashed = /-[0-9a-f]{8,}[._]/.test(name);
    response.writeHead(found ? 200 : 404, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "cache-control": isHashed ? "public, max-age=31536000, immutable" : "public, max-age=600",
      vary: "accept-encoding",
      ...(encoding && { "content-encoding": encoding }),
    });
    response.end(encoding ? await compress(file, body, encoding) : body);
  });
  await new Promise((listening) => server.listen(new URL(SITE).port, "127.0.0.1", listening));
  return {
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}
