// The theme that was chosen in the playground, before the first paint; see start.js and src/app/src/storage.rs.
(() => {
  "use strict";
  try {
    const kept = localStorage.getItem("iot-hub-playground") ?? "";
    const theme = /^theme (light|dark)$/m.exec(kept);
    if (theme) document.documentElement.dataset.theme = theme[1];
  } catch {
    // Nothing was kept, or the storage is switched off: the system's theme it is.
  }
})();
