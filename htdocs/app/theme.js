// Dark or light. A classic script in the head, so that the first paint already has the right colours.
"use strict";

(() => {
  const KEY = "linewatch-theme";
  const THEMES = ["light", "dark"];
  const system = matchMedia("(prefers-color-scheme: dark)");

  // Null without a choice, with a damaged one, and where the browser keeps nothing for us.
  function stored() {
    try {
      const value = localStorage.getItem(KEY);
      return THEMES.includes(value) ? value : null;
    } catch {
      return null;
    }
  }

  function apply() {
    const theme = stored() ?? (system.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme-toggle");
    if (!button) return;  // not there yet, or a page without it
    button.setAttribute("aria-pressed", String(theme === "dark"));
    const background = getComputedStyle(document.documentElement).getPropertyValue("--page");
    document.querySelector("meta[name=theme-color]").content = background.trim();
  }

  function toggle() {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, next);
    } catch {
      document.documentElement.dataset.theme = next;  // for this visit only
      return;
    }
    apply();
  }

  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);  // another tab has chosen
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme-toggle")?.addEventListener("click", toggle);
  });
})();
