// The form that adds or edits a host: what is checked, its name, what the check cannot do without, and everything else
// behind a fold. The server judges the input; its messages stand at the fields they name. Whatever goes wrong, what was
// typed stays.

import { addHost, ApiError, changeHost, fetchHost } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { makeCheckOptions } from "../ui/check_kinds.js";
import { offerUsual, readField, writeField } from "../ui/form_fields.js";
import { FormMessages } from "../ui/form_messages.js";
import { MaintenanceWindows } from "../ui/maintenance_windows.js";
import { HOST_GONE } from "../words/failures.js";
import { changesBetween, settingsOf, usualSettings } from "./host_settings.js";
import { KindFields } from "./kind_fields.js";
import { ParentPicker } from "./parent_picker.js";

const template = document.getElementById("host-form");

export class HostForm {
  #form;
  #messages;
  #parents;
  #kind;
  #maintenance;
  #editors;  // of the fields that are more than a control: {value}
  #onSaved;
  #id = null;         // of the host that is edited; null for a new one
  #revision = null;   // of it, as it was read
  #original = null;   // its settings then
  #theirs = null;     // the host as somebody else saved it meanwhile

  // `onSaved` gets the host as the server answered it, or null when nothing was changed.
  constructor(container, { onSaved, onCancel, onDelete }) {
    container.append(template.content.cloneNode(true));
    this.#form = container.querySelector("form");
    this.#onSaved = onSaved;
    this.#messages = new FormMessages(this.#form);
    this.#parents = new ParentPicker(this.#form.querySelector(".parent-picker"));
    const connect = (element) => this.#messages.connect(element);
    this.#form.elements.check.append(...makeCheckOptions());
    this.#kind = new KindFields(this.#form, connect);
    this.#maintenance = new MaintenanceWindows(this.#fieldOf("maintenance"), { connect });
    this.#editors = { parents: this.#parents, maintenance: this.#maintenance };
    this.#form.elements.check.addEventListener("change", () => this.#chooseKind());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.#connectButton("cancel", onCancel);
    this.#connectButton("delete", onDelete && (() => onDelete(this.#id)));
    this.#connectButton("load-theirs", () => this.#loadTheirs());
    this.#connectButton("overwrite", () => this.#overwrite());
  }

  #connectButton(action, onClick) {
    const button = this.#form.querySelector(`[data-action=${action}]`);
    if (onClick) button.addEventListener("click", onClick);
    else button.remove();
  }

  // `host` is edited, or a new one added when it is null. `hosts` are all there are; `config` holds the settings that
  // count where a host has none of its own, or is null.
  open({ host, hosts, config }) {
    this.#offerKnown(hosts, config, host);
    this.#start(host);
    this.#form.querySelector("details").open = false;
  }

  focus() {
    this.#form.elements.name.focus();
  }

  get isTouched() {
    return Object.keys(this.#changesTo(settingsOf(null))).length > 0;
  }

  #offerKnown(hosts, config, host) {
    for (const field of ["group", "customer"]) {
      const known = [...new Set(hosts.map((other) => other[field]).filter(Boolean))].sort();
      const list = this.#fieldOf(field).querySelector("datalist");
      list.replaceChildren(...known.map((text) => new Option(text, text)));
    }
    this.#parents.offer(hosts.filter((other) => other.id !== host?.id));
    for (const field of ["interval", "timeout", "retries", "fail_threshold"]) {
      offerUsual(this.#fieldOf(field), config?.[field]);
    }
  }

  #start(host) {
    this.#id = host?.id ?? null;
    this.#revision = host?.revision ?? null;
    this.#original = settingsOf(host);
    this.#clearMessages();
    this.#write(host);
    const submit = this.#form.querySelector("[type=submit]");
    submit.textContent = host ? "Save" : "Add host";
    const remove = this.#form.querySelector("[data-action=delete]");
    if (remove) remove.hidden = !host;
  }

  #write(host) {
    this.#kind.reset(this.#original.check);
    this.#kind.writeSecrets(host);
    this.#writeSettings(this.#original);
    this.#parents.value = this.#original.parents;
    this.#maintenance.write(this.#original.maintenance);
    this.#showHint();
  }

  #chooseKind() {
    this.#kind.choose(this.#form.elements.check.value);
    this.#clearMessages();
    this.#showHint();
  }

  // What the chosen kind finds out.
  #showHint() {
    const { selectedOptions: [chosen] } = this.#form.elements.check;
    this.#fieldOf("check").querySelector(".field-hint").textContent = chosen?.dataset.hint ?? "";
  }

  #writeSettings(settings) {
    const usual = usualSettings(settings.check);
    for (const [field, value] of Object.entries(settings)) {
      if (!(field in this.#editors)) writeField(this.#fieldOf(field), value, usual[field]);
    }
  }

  #read() {
    const settings = usualSettings(this.#form.elements.check.value);
    for (const [field, usual] of Object.entries(settings)) {
      settings[field] = this.#editors[field]?.value ?? readField(this.#fieldOf(field)) ?? usual;
    }
    return settings;
  }

  #changesTo(settings) {
    return { ...changesBetween(settings, this.#read()), ...this.#kind.secretChanges };
  }

  async #save() {
    this.#clearMessages();
    if (this.#parents.unclear) {
      return this.#messages.showErrors([{ field: "parents", message: "There is no such host. Choose one from the list." }]);
    }
    const errors = [...this.#kind.errors, ...this.#maintenance.errors];
    if (errors.length) return this.#messages.showErrors(errors);
    const changes = this.#changesTo(this.#original);
    if (this.#id && !Object.keys(changes).length) return this.#onSaved(null);
    try {
      const send = () => (this.#id ? changeHost(this.#id, this.#revision, changes) : addHost(changes));
      this.#onSaved(await whileBusy(this.#form, send));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await this.#showFailure(error);
    }
  }

  async #showFailure(error) {
    if (error.status === 412) return this.#showConflict();
    const byStatus = this.#id ? { 404: HOST_GONE } : {};
    this.#messages.showFailure(error, { isTyped: true, next: "See the list first.", byStatus });
  }

  #fieldOf(name) {
    return this.#form.querySelector(`[data-field="${name}"]`);
  }

  #clearMessages() {
    this.#messages.clear();
    this.#form.querySelector(".conflict").hidden = true;
  }

  // Somebody else was faster. Both versions exist now, and the user chooses.
  async #showConflict() {
    let theirs;
    try {
      theirs = await whileBusy(this.#form, () => fetchHost(this.#id));
    } catch (error) {
      return this.#showFailure(error);
    }
    this.#theirs = theirs;
    const changed = Object.keys(changesBetween(this.#original, settingsOf(theirs)));
    const labels = changed.map((field) => this.#fieldOf(field)?.querySelector(":scope > :is(label, legend)").firstChild.data.trim() ?? field);
    const conflict = this.#form.querySelector(".conflict");
    conflict.querySelector(".conflict-fields").textContent =
      labels.length ? `They changed: ${labels.join(", ")}.` : "Their settings are as you opened them, though.";
    conflict.hidden = false;
    conflict.querySelector("button").focus();
  }

  #loadTheirs() {
    this.#start(this.#theirs);
    this.focus();
  }

  // Only what the user changed goes over theirs.
  #overwrite() {
    this.#revision = this.#theirs.revision;
    this.#save();
  }
}
