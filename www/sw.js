// Lets the site work without a network after the first visit. The build writes the version and the files into a copy.
//
// All files of a version are taken together, so that none of them meets a file of another version. A new version
// waits until the page asks for it; see start.js.

const VERSION = "{{version}}";
const FILES = {{files}};

// Sites in other folders of the same host have caches of their own.
const FAMILY = `iot-hub-playground ${registration.scope} `;
const CACHE = FAMILY + VERSION;

addEventListener("install", (event) => {
  // Asks the host whether what the browser has is still right. One answer that is not whole, and nothing is kept.
  const take = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  };
  event.waitUntil(take());
});

addEventListener("activate", (event) => {
  const forget = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(FAMILY) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  };
  event.waitUntil(forget());
});

addEventListener("message", ({ data }) => {
  if (data === "load the new version") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const { pathname } = new URL(request.url);
  const isPage = request.mode === "navigate";
  if (isPage && await cache.match(`${pathname}/`)) return Response.redirect(`${pathname}/`);
  try {
    return await fetch(request);
  } catch (error) {
    const page = isPage && await cache.match("404.html");
    if (page) return new Response(page.body, { status: 404, headers: page.headers });
    throw error;
  }
}
