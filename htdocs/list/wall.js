// The list for everybody in the room: over the whole screen, large, without controls, and kept awake. It is a page with
// an address of its own, so that it is there again after a power cut.

import { formatShortClock } from "../words/format.js";
import * as serverClock from "../words/server_clock.js";

const STILL_MS = 3000;  // then the pointer is in the way
const TICK_MS = 1000;

export class Wall {
  title = "Wall";
  #onChange;
  #onLeave;
  #isOn = false;
  #wasFull = false;
  #wakeLock = null;
  #timers = {};

  // `update` draws the list, `onChange` gets whether the wall is shown, `onLeave` is to end it.
  constructor({ update, onChange, onLeave }) {
    this.update = update;
    this.#onChange = onChange;
    this.#onLeave = onLeave;
    document.addEventListener("fullscreenchange", () => this.#followScreen());
    document.addEventListener("visibilitychange", () => this.#isOn && this.#stayAwake());
    for (const event of ["pointermove", "pointerdown", "keydown"]) {
      addEventListener(event, () => this.#isOn && this.#showPointer(), { passive: true });
    }
  }

  open() {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#onChange(true);
    this.#tick();
    this.#timers.tick = setInterval(() => this.#tick(), TICK_MS);
    this.#showPointer();
    this.#fillScreen();
    this.#stayAwake();
  }

  close() {
    this.#isOn = false;
    clearInterval(this.#timers.tick);
    clearTimeout(this.#timers.still);
    document.documentElement.removeAttribute("data-still");
    this.#onChange(false);
    this.#wakeLock?.release();
    this.#wakeLock = null;
    if (document.fullscreenElement) document.exitFullscreen();
  }

  // A browser fills the screen only for somebody who has just pressed something, and not after a reload.
  async #fillScreen() {
    if (!navigator.userActivation?.isActive) return;
    await document.documentElement.requestFullscreen?.().catch(() => {});
  }

  // Escape is the browser's while it fills the screen: it leaves both.
  #followScreen() {
    const isFull = document.fullscreenElement !== null;
    if (this.#wasFull && !isFull && this.#isOn) this.#onLeave();
    this.#wasFull = isFull;
  }

  // Where there is one: over HTTPS and on the server itself. It is lost whenever the tab is hidden.
  async #stayAwake() {
    if (document.hidden || !navigator.wakeLock) return;
    const lock = await navigator.wakeLock.request("screen").catch(() => null);
    if (this.#isOn) this.#wakeLock = lock;
    else lock?.release();  // the wall was left meanwhile
  }

  #tick() {
    const now = formatShortClock(serverClock.now());
    const time = document.getElementById("wall-time");
    if (time.textContent !== now) time.textContent = now;
  }

  #showPointer() {
    document.documentElement.removeAttribute("data-still");
    clearTimeout(this.#timers.still);
    this.#timers.still = setTimeout(() => document.documentElement.toggleAttribute("data-still", true), STILL_MS);
  }
}
