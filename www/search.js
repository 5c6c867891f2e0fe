// The search over lessons and terms. Fetched when its field is first used, and its index with it.

const LIMIT = 8;

/** Text as it is compared: small letters, and one way of writing each of them. */
const folded = (text) => text.normalize("NFKC").toLowerCase().replaceAll("ё", "е");

let index;

/** The entries of a language, fetched once. */
async function entries(address) {
  if (index?.address !== address) {
    const list = fetch(address).then((answer) => {
      if (!answer.ok) throw new Error(`${address}: status ${answer.status}`);
      return answer.json();
    });
    index = { address, list };
    // A failed answer is asked for anew.
    list.catch(() => { index = undefined; });
  }
  return index.list;
}

/** How well an entry fits: 0 if one of the words is not in it. A part of a word fits, as endings differ. */
function fit(words, { title, of, text }) {
  let sum = 0;
  for (const word of words) {
    const at = folded(title).indexOf(word);
    if (at >= 0) sum += at === 0 ? 8 : 4;
    else if (folded(of).includes(word)) sum += 2;
    else if (folded(text).includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

/** What is around the first of the words in an entry's text. */
function excerpt(words, text) {
  const at = Math.max(0, Math.min(...words.map((word) => folded(text).indexOf(word)).filter((place) => place >= 0), text.length));
  const start = at < 40 || at === text.length ? 0 : text.lastIndexOf(" ", at - 20) + 1;
  return `${start ? "… " : ""}${text.slice(start, start + 90)}${text.length > start + 90 ? " …" : ""}`;
}

/** Makes a field with a list below it search. What it needs to know stands in the field's data. */
export function attach(field) {
  if (field.dataset.ready) return;
  field.dataset.ready = "on";
  const list = document.getElementById(field.getAttribute("aria-controls"));
  const said = document.getElementById("search-said");
  let chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const choose = (at) => {
    const all = options();
    if (!all.length) return;
    chosen = (at + all.length) % all.length;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    field.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  };
  const go = (option) => {
    close();
    field.value = "";
    field.blur();
    if (option.dataset.href === location.pathname + location.hash) return;
    history.pushState(null, "", option.dataset.href);
    dispatchEvent(new PopStateEvent("popstate"));
  };
  const show = async () => {
    const words = folded(field.value).split(/\s+/).filter(Boolean);
    if (!words.length) {
      said.textContent = "";
      return close();
    }
    const asked = field.value;
    const { base, none } = field.dataset;
    const all = await entries(field.dataset.index).catch(() => []);
    if (field.value !== asked) return;
    const found = all.map((entry) => ({ entry, fits: fit(words, entry) })).filter(({ fits }) => fits);
    found.sort((a, b) => b.fits - a.fits);
    const items = found.slice(0, LIMIT).map(({ entry }, place) => {
      const item = document.createElement("li");
      item.id = `search-${place}`;
      item.role = "option";
      item.ariaSelected = "false";
      item.dataset.href = base + entry.href;
      for (const [name, text] of [["title", entry.title], ["of", entry.of], ["excerpt", excerpt(words, entry.text)]]) {
        const part = document.createElement("span");
        part.className = `search-${name}`;
        part.textContent = text;
        item.append(part);
      }
      return item;
    });
    list.replaceChildren(...items);
    chosen = -1;
    list.hidden = !items.length;
    field.setAttribute("aria-expanded", String(items.length > 0));
    field.removeAttribute("aria-activedescendant");
    said.textContent = items.length ? String(found.length) : none;
    if (items.length) choose(0);
  };

  field.addEventListener("input", show);
  field.addEventListener("focus", show);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && list.hidden) field.blur();
    else if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) go(options()[chosen]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // Before the field loses the focus, which closes the list.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });
  show();
}
