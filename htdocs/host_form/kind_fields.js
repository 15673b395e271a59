// The fields of the host form that belong to the kind of check: those that are asked for stand in the open, the others
// behind the fold. Only those of the chosen kind are in the form.

import { makeCheckFields } from "../ui/check_kinds.js";
import { HeaderFields } from "../ui/header_fields.js";
import { SecretField } from "../ui/secret_field.js";

export class KindFields {
  #form;
  #connect;
  #made = new Map();  // by kind: what was typed stays while people look at another one
  #chosen = null;

  // `connect` gets each element with fields before it is part of the form.
  constructor(form, connect) {
    this.#form = form;
    this.#connect = connect;
  }

  // Forgets what was typed.
  reset(kind) {
    this.#take();
    this.#made.clear();
    this.#put(kind);
  }

  choose(kind) {
    const address = this.#field("ip")?.value;
    this.#take();
    this.#put(kind);
    const now = this.#field("ip");
    if (now && address && !now.value) now.value = address;
  }

  #field(name) {
    return this.#form.elements[name];
  }

  #take() {
    this.#chosen?.open.remove();
    this.#chosen?.folded?.remove();
  }

  #put(kind) {
    if (!this.#made.has(kind)) this.#made.set(kind, this.#make(kind));
    this.#chosen = this.#made.get(kind);
    this.#form.querySelector(".essentials").append(this.#chosen.open);
    if (this.#chosen.folded) this.#form.querySelector("summary").after(this.#chosen.folded);
  }

  #make(kind) {
    const content = makeCheckFields(kind);
    this.#connect(content);
    const folded = content.querySelector("fieldset.folded");
    folded?.remove();
    const open = document.createElement("div");
    open.className = "kind-fields";
    open.append(content);
    const made = { open, folded };
    const password = folded?.querySelector("[data-kind=secret]");
    const headers = folded?.querySelector(".headers");
    if (password) made.password = new SecretField(password, () => {});
    if (headers) made.headers = new HeaderFields(headers, this.#connect);
    writeSecrets(made, null);
    return made;
  }

  // As the server shows them of a host.
  writeSecrets(host) {
    writeSecrets(this.#chosen, host);
  }

  // What is to change of them: {password, headers}, each only if it is.
  get secretChanges() {
    const { password, headers } = this.#chosen;
    const changes = { password: password?.change, headers: headers?.change };
    return Object.fromEntries(Object.entries(changes).filter(([, change]) => change !== undefined));
  }

  // What is wrong before the server is asked.
  get errors() {
    return this.#chosen.headers?.errors ?? [];
  }
}

function writeSecrets({ password, headers }, host) {
  password?.write(host?.password);
  headers?.write(host?.headers);
}
