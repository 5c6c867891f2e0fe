// The learner's own hub as the page shows it, without one: what the bench would tell of it is told in its place.

/** A key that can be looked for. */
export const KEY = "b3duZXItc2VjcmV0LW93bmVyLXNlY3JldC1vd25lciEhISE=";
export const HOST = "contoso.azure-devices.net";
export const OWNER = `HostName=${HOST};SharedAccessKeyName=iothubowner;SharedAccessKey=${KEY}`;
export const EVENTS = `Endpoint=sb://ihsuprod.servicebus.windows.net/;SharedAccessKeyName=service;SharedAccessKey=${KEY};EntityPath=iothub-1`;
export const DEVICE = `HostName=${HOST};DeviceId=dev1;SharedAccessKey=${KEY}`;

/** How things stand with a live hub, as the bench tells it. */
export const LIVE = {
  host_name: HOST, policy: "iothubowner", rights: ["registry-read", "registry-write", "service-connect", "device-connect"], relay: true, events: false,
  prefix: "playground-abcd-", created: ["playground-abcd-MyFirstPythonDevice", "playground-abcd-MyPythonDevice"], metered: { standard: 12, free: 15 },
  metered_in_lesson: { standard: 3, free: 4 },
};

/** Keeps what is asked about another hub from the bench, and notes it. */
export async function interceptHub(page) {
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    globalThis.asked = [];
    Worker.prototype.postMessage = function post(message, ...rest) {
      const names = ["go-live", "leave", "confirm"];
      if (names.includes(message) || (typeof message === "object" && names.some((name) => name in message))) asked.push(message);
      else postMessage.call(this, message, ...rest);
    };
  });
}

/** What was asked about another hub. */
export const asked = (page) => page.evaluate(() => globalThis.asked);

/** Tells the page what the bench would. */
export const tell = (page, ...reports) => page.evaluate(async (reports) => {
  (await globalThis.benchHeard).dispatchEvent(new MessageEvent("message", { data: reports }));
}, reports);

/** The dialog and the bar. */
export function hub(page) {
  const dialog = page.getByRole("dialog");
  return {
    dialog,
    chip: page.locator("#hub-chip"),
    string: dialog.getByLabel("Connection string of your hub"),
    events: dialog.getByLabel("Event Hubs-compatible connection string"),
    group: dialog.getByLabel("Consumer group"),
    prefix: dialog.getByLabel("The ids of the lessons' devices begin with"),
    connect: dialog.getByRole("button", { name: "Connect", exact: true }),
    bar: page.getByRole("region", { name: "Live hub" }),
    async open() {
      await page.locator("#hub-chip").click();
      await dialog.waitFor();
    },
    /** Shows the fields about reading events. */
    async unfoldEvents() {
      await dialog.locator("summary", { hasText: "Reading events" }).click();
    },
    /** Connects, as far as the page can tell. */
    async goLive(live = LIVE) {
      await this.open();
      await this.string.fill(OWNER);
      await this.connect.click();
      await tell(page, { hub: { live } });
      await this.bar.waitFor();
      await dialog.waitFor({ state: "detached" });
    },
  };
}
