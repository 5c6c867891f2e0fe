// Lesson 1 as a learner knows it: its steps, and where on the page to look and to press.

import { until } from "./harness.mjs";

/** The steps in order: their address, title, button, and what their check sees before anything was done. */
export const STEPS = [
  {
    id: "register", title: "Register the device", action: "Register the device",
    before: "The registry is empty.",
    after: "The registry has MyFirstPythonDevice, enabled, with two keys.",
  },
  {
    id: "hand-over", title: "Hand over the connection string", action: "Hand over the connection string",
    before: "The device has no connection string yet.",
    after: "its key is one of the registry's two",
  },
  {
    id: "send", title: "Send the first message", action: "Send the first message",
    before: "The partitions hold no message of MyFirstPythonDevice.",
    after: "message of MyFirstPythonDevice. The newest says windSpeed",
  },
  {
    id: "read", title: "Read what arrived", action: "Read the events",
    before: "The reader received no event of MyFirstPythonDevice yet.",
    after: "The reader received 3 events of MyFirstPythonDevice.",
  },
  {
    id: "unplug", title: "Pull the plug", action: "Pull the plug",
    before: "The hub still shows MyFirstPythonDevice as connected.",
    after: "The hub shows MyFirstPythonDevice as disconnected, and the program has ended with an error.",
  },
  {
    id: "retry", title: "Let it try again", action: "Run it with a retry policy",
    before: "MyFirstPythonDevice has not lost its connection since the program started.",
    after: "MyFirstPythonDevice came back by itself and sent",
  },
];

/** All that a learner looks at and presses in a lesson. */
export function bench(page) {
  const panel = page.getByRole("region", { name: "The open step" });
  const packets = page.getByRole("region", { name: "Packets and requests" });
  return {
    /** The panel with the open step's button and outcome. */
    panel,
    /** The entry of a step in the lesson's list. */
    step: (title) => page.getByRole("link", { name: title }),
    /** The button that does the open step. */
    run: (step) => panel.getByRole("button", { name: step.action, exact: true }),
    check: page.getByRole("button", { name: "Check", exact: true }),
    solve: page.getByRole("button", { name: "Solve", exact: true }),
    next: panel.getByRole("link", { name: "Next step" }),
    /** The step's state as the panel says it: `Not started`, `Passed` … */
    state: (word) => panel.getByText(word, { exact: true }),
    /** Waits until the panel says this state and this outcome. */
    async sees(word, outcome = "") {
      let says;
      const isThere = async () => {
        says = (await panel.innerText()).split("\n").filter(Boolean);
        return says[0] === word && says.some((line) => line.includes(outcome));
      };
      await until(() => `“${word}”, “${outcome}”, but the panel says ${JSON.stringify(says)}`, isThere);
    },
    speed: (factor) => page.getByRole("radio", { name: `${factor}×`, exact: true }),
    deviceConsole: page.getByRole("region", { name: "Console of the device" }),
    cloudConsole: page.getByRole("region", { name: "Console of the cloud" }),
    tab: (name) => page.getByRole("tab", { name }),
    /** The rows of the wire of one kind, oldest first. */
    packets: (kind) => packets.getByRole("button").filter({ has: page.getByText(kind, { exact: true }) }),
    /** The fields and bytes of the open row. */
    detail: (kind) => page.getByRole("region", { name: kind, exact: true }),
  };
}
