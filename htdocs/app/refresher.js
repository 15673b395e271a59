// When the page asks the server: every 10 s after the last answer, not while nobody looks, at once when somebody looks
// again, and in quick succession while somebody waits for the result of what he did.

const INTERVAL_MS = 10_000;
const QUICK_MS = 250;
const PATIENCE_MS = 5000;  // a check has its result within a second; after this it will not come

export class Refresher {
  #load;
  #timer;
  #running = false;
  #again = false;
  #awaited = new Set();

  // `load` does one refresh. It handles its own failures.
  constructor(load) {
    this.#load = load;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#pause() : this.now()));
  }

  async now() {
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      await this.#load();
    } finally {
      this.#running = false;
      this.#settle();
      this.#schedule();
    }
  }

  #schedule() {
    if (this.#again) {
      this.#again = false;
      this.now();
    } else if (!document.hidden) {
      this.#timer = setTimeout(() => this.now(), this.#awaited.size ? QUICK_MS : INTERVAL_MS);
    }
  }

  // Refreshes quickly until `isThere()`. Answers whether it came.
  until(isThere) {
    return new Promise((resolve) => {
      this.#awaited.add({ isThere, resolve, end: performance.now() + PATIENCE_MS });
      this.now();
    });
  }

  #settle() {
    for (const wait of this.#awaited) {
      const there = wait.isThere();
      if (!there && performance.now() < wait.end && !document.hidden) continue;
      this.#awaited.delete(wait);
      wait.resolve(there);
    }
  }

  #pause() {
    clearTimeout(this.#timer);
  }
}
