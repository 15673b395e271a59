// Starts the browser that everything here looks through.

import { chromium } from "playwright-core";

export function launch() {
  const root = process.getuid() === 0 ? ["--no-sandbox"] : [];  // Chromium refuses to sandbox for root
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: [...root, ...quiet] });
}
