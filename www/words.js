// Fluent's messages in one language, for the page: src/app/src/i18n/browser.rs calls this.
import { FluentBundle, FluentResource } from "@fluent/bundle";

class Words {
  constructor(locale) {
    // The marks around arguments are for mixed directions, which none of the languages has.
    this.bundle = new FluentBundle(locale, { useIsolating: false });
  }

  /** Adds a file. Entries with mistakes are left out; of several with one id, the last counts. */
  add(fluent) {
    this.bundle.addResource(new FluentResource(fluent), { allowOverrides: true });
  }

  has(id) {
    return this.bundle.hasMessage(id);
  }

  /** The message, or nothing if there is none. What it lacks is shown as Fluent shows it. */
  format(id, given) {
    const pattern = this.bundle.getMessage(id)?.value;
    return pattern == null ? undefined : this.bundle.formatPattern(pattern, given, []);
  }
}

export const newWords = (locale) => new Words(locale);
