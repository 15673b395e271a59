// Helps on the first visit: with no host at all, or only one, the form stands in the page.

import { HostForm } from "./host_form.js";

export class Welcome {
  #section = document.getElementById("welcome");
  #form;
  #opened = false;

  constructor({ onSaved }) {
    this.#form = new HostForm(this.#section.querySelector(".welcome-form"), {
      onSaved: (host) => {
        this.#opened = false;  // the next update starts afresh, or hides the form
        onSaved(host);
      },
    });
  }

  // `canAdd`: whether this user may add hosts.
  update({ hosts, canAdd, config }) {
    const few = hosts.length === 0 || (hosts.length === 1 && canAdd);
    const typing = this.#opened && this.#form.isTouched;
    this.#section.hidden = !few && !typing;
    if (this.#section.hidden) return;
    this.#section.dataset.hosts = hosts.length;
    this.#section.querySelector("h2").textContent = titleFor(hosts, canAdd);
    this.#section.querySelector("p").textContent = sentenceFor(hosts, canAdd);
    for (const part of [".welcome-form", ".welcome-steps"]) this.#section.querySelector(part).hidden = !canAdd;
    if (this.#opened || !canAdd) return;
    this.#form.open({ host: null, hosts, config });
    this.#opened = true;
  }
}

function titleFor(hosts, canAdd) {
  if (!canAdd) return "Nothing is watched yet";
  return "Add your first host";
}

function sentenceFor(hosts, canAdd) {
  if (!canAdd) return "Somebody who may change settings has to add the first host.";
  const promise = "A name and an address are enough. The first result comes within a second.";
  return hosts.length ? `So far only ${hosts[0].name} is watched. ${promise}` : promise;
}
