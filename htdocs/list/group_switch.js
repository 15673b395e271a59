// Whether the list stands in groups. It is remembered in this browser.

const KEY = "linewatch-by-group";

export class GroupSwitch {
  #button = document.getElementById("by-group");
  #isOn = stored();

  constructor(onChange) {
    this.#show();
    this.#button.addEventListener("click", () => {
      this.#isOn = !this.#isOn;
      store(this.#isOn);
      this.#show();
      onChange();
    });
  }

  // Without groups there is nothing to switch.
  set isOffered(yes) {
    this.#button.hidden = !yes;
  }

  get isOn() {
    return this.#isOn && !this.#button.hidden;
  }

  #show() {
    this.#button.setAttribute("aria-pressed", String(this.#isOn));
  }
}

function stored() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

function store(isOn) {
  try {
    localStorage.setItem(KEY, isOn ? "yes" : "no");
  } catch {
    // For this visit only: the browser keeps nothing for us.
  }
}
