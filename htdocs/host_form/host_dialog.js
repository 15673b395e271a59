// The dialog in which a host is added or edited.

import { HostForm } from "./host_form.js";

export class HostDialog {
  #dialog = document.getElementById("host-dialog");
  #form;

  constructor({ onSaved, onDelete }) {
    this.#form = new HostForm(this.#dialog.querySelector(".dialog-body"), {
      onSaved: (host) => {
        this.#dialog.close();
        if (host) onSaved(host);
      },
      onCancel: () => this.#dialog.close(),
      onDelete: (id) => {
        this.#dialog.close();
        onDelete(id);
      },
    });
    this.#dialog.querySelector(".host-dialog-many a").addEventListener("click", () => this.#dialog.close());
  }

  open({ host, hosts, config }) {
    this.#dialog.querySelector("h2").textContent = host ? `Edit ${host.name}` : "Add a host";
    this.#dialog.querySelector(".host-dialog-many").hidden = host !== null;
    this.#form.open({ host, hosts, config });
    this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    this.#form.focus();
  }
}
