(() => {
  // The folder of the site is unknown here: what stands before a language's folder is it.
  const parts = location.pathname.split("/");
  const languages = [...document.querySelectorAll("section")].map((section) => section.lang);
  const at = parts.findIndex((part) => languages.includes(part));
  const base = at < 0 ? `${parts.slice(0, 2).join("/")}/`.replace("//", "/") : `${parts.slice(0, at).join("/")}/`;
  for (const section of document.querySelectorAll("section")) {
    section.querySelector("a").href = `${base}${section.lang}/`;
    if (at >= 0) section.hidden = section.lang !== parts[at];
  }
  if (at >= 0) document.documentElement.lang = parts[at];
})();
