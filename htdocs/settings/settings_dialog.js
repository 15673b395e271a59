// The settings of the installation. Only what was changed is sent; what was typed and not saved is there again when the
// dialog is opened the next time.

import { ApiError, changeConfig, fetchAlerts, fetchConfig } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { offerChannels } from "../ui/channels.js";
import { readField, writeField } from "../ui/form_fields.js";
import { FormMessages } from "../ui/form_messages.js";
import { HeaderFields } from "../ui/header_fields.js";
import { MaintenanceWindows } from "../ui/maintenance_windows.js";
import { SecretField } from "../ui/secret_field.js";
import { showToast } from "../ui/toast.js";
import { ChannelTrial } from "./channel_trial.js";
import { patchOf, settingAt } from "./config_settings.js";
import { RoleFields } from "./role_fields.js";
import { RouteFields } from "./route_fields.js";

const USUAL_PORTS = { none: "25", starttls: "587", tls: "465" };
const STILL_HERE = "What you changed is still here, and not saved yet.";
const OTHERS_TOO = "Somebody else has just changed this, too. Save again to replace theirs with yours, or Cancel to keep theirs.";

export class SettingsDialog {
  element = document.getElementById("settings-dialog");
  #form = this.element.querySelector("form");
  #body = this.element.querySelector(".settings-body");
  #messages = new FormMessages(this.#form);
  #fields = [...this.#form.querySelectorAll("[data-field]")];
  #editors = new Map();  // of the fields that are more than a control: {write(value), change}
  #trials = [];
  #onSaved;
  #config = null;  // as it was read
  #tag = null;     // of what is to be changed
  #isReading = false;
  #openings = 0;
  #isTrying = false;

  // `onSaved` gets the settings as the server answered them; `groups` answers the names of groups there are.
  constructor({ onSaved, groups }) {
    this.#onSaved = onSaved;
    const changed = () => this.#showOffers();
    offerChannels(this.#fields.find(({ dataset }) => dataset.field === "fallback"));
    for (const field of this.#fields) {
      if (field.dataset.kind === "secret") this.#editors.set(field, new SecretField(field, changed));
    }
    const connect = (element) => this.#messages.connect(element);
    const editors = { routes: RouteFields, maintenance: MaintenanceWindows, "access.roles": RoleFields };
    for (const [name, Editor] of Object.entries(editors)) {
      const field = this.#fields.find(({ dataset }) => dataset.field === name);
      this.#editors.set(field, new Editor(field, { connect, groups }));
    }
    for (const field of this.#fields.filter((field) => field.matches(".headers"))) {
      this.#editors.set(field, new HeaderFields(field, connect));
    }
    for (const block of this.#channels) {
      this.#trials.push(new ChannelTrial(block.querySelector(".trial"), {
        channel: block.dataset.channel,
        prepare: () => this.#save(),
        onWaiting: (isTrying) => {
          this.#isTrying = isTrying;
          changed();
        },
      }));
    }
    const { elements } = this.#form;
    elements["smtp.security"].addEventListener("change", () => this.#suggestPort());
    elements["smtp.host"].addEventListener("input", () => !settingAt(this.#config, "smtp.host") && this.#suggestPort());
    this.#form.addEventListener("input", changed);
    this.#form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const opening = this.#openings;
      if ((await this.#save()) && opening === this.#openings) this.element.close();
    });
    this.element.addEventListener("click", ({ target }) => {
      const action = target.closest("[data-action]")?.dataset.action;
      if (action === "cancel") this.#write({ config: this.#config, tag: this.#tag });
      if (action === "cancel" || action === "close") this.element.close();
    });
  }

  get #channels() {
    return this.#form.querySelectorAll("[data-channel]");
  }

  open() {
    const hasChanges = this.#config !== null && this.#changes.length > 0;
    this.#openings++;
    this.element.showModal();
    this.element.scrollTop = 0;
    // The browser's way back leads out of what is being saved, and a link in again.
    if (this.#isReading || this.element.inert) return;
    if (hasChanges) return this.#messages.showOnTop([STILL_HERE]);
    this.#messages.clear();
    for (const trial of this.#trials) trial.clear();
    this.#read();
  }

  async #read() {
    this.#isReading = true;
    this.#lock(true);
    try {
      this.#write(await fetchConfig());
      this.#lock(false);
      this.#showStates();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const why = error.explain("The settings cannot be shown now");
      this.#messages.showOnTop([`${why} Open them again to try once more.`]);
    } finally {
      this.#isReading = false;
    }
  }

  // What is typed before the settings are there would be lost.
  #lock(isLocked) {
    this.#body.inert = isLocked;
    this.#form.querySelector("[type=submit]").disabled = isLocked;
  }

  // A test wants all that was typed, and a port that belongs to the kind of security.
  #suggestPort() {
    const { "smtp.port": port, "smtp.security": security } = this.#form.elements;
    if (port.value === "" || Object.values(USUAL_PORTS).includes(port.value)) port.value = USUAL_PORTS[security.value];
  }

  #write({ config, tag }) {
    this.#config = config;
    this.#tag = tag;
    for (const field of this.#fields) this.#writeField(field, settingAt(config, field.dataset.field));
    showState(this.#form.querySelector(".broker"), Boolean(settingAt(config, "mqtt.host")));
    this.#showOffers();
  }

  #writeField(field, value) {
    if (this.#editors.has(field)) this.#editors.get(field).write(value);
    else writeField(field, value || emptyLike(readField(field)));
  }

  // Undefined when it is as it was read; null: the default again.
  #changeOf(field) {
    if (this.#editors.has(field)) return this.#editors.get(field).change;
    const now = readField(field);
    const before = settingAt(this.#config, field.dataset.field) || emptyLike(now);
    return JSON.stringify(before) === JSON.stringify(now) ? undefined : now;
  }

  get #changes() {
    return this.#fields.map((field) => [field.dataset.field, this.#changeOf(field)])
      .filter(([, change]) => change !== undefined);
  }

  #showOffers() {
    const hasChanges = this.#changes.length > 0;
    for (const trial of this.#trials) trial.update({ hasChanges, isBlocked: this.#isTrying });
  }

  // They stay as they are when the server does not answer: what is saved is saved all the same.
  async #showStates() {
    try {
      const { channels } = await fetchAlerts({ sent: false });
      for (const block of this.#channels) showState(block, channels.includes(block.dataset.channel));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  // Answers whether all is saved.
  async #save() {
    this.#messages.clear();
    const wrong = [...this.#editors.values()].flatMap((editor) => editor.errors ?? []);
    if (wrong.length) return this.#refuse(wrong);
    const changes = this.#changes;
    if (!changes.length) return true;
    try {
      const { saved, errors } = await whileBusy(this.#form, () => this.#send(changes));
      if (errors) return this.#refuse(errors);
      this.#write(saved);
      this.#onSaved(this.#config);
      this.#showStates();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#showFailure(error);
      return false;
    }
  }

  #refuse(errors) {
    this.#messages.showErrors(errors);
    return false;
  }

  // Answers {saved}; {errors} when somebody else has changed the same fields meanwhile, and has to be reckoned with.
  // Other fields of theirs stay as they are.
  async #send(changes) {
    try {
      return { saved: await changeConfig(this.#tag, patchOf(changes)) };
    } catch (error) {
      if (error.status !== 412) throw error;
    }
    const theirs = await fetchConfig();
    const both = changes.filter(([path, mine]) => this.#isOtherwise(theirs.config, path, mine));
    this.#tag = theirs.tag;
    if (both.length) return { errors: both.map(([field]) => ({ field, message: OTHERS_TOO })) };
    return { saved: await changeConfig(this.#tag, patchOf(changes)) };
  }

  // Whether they have changed the setting, and not to what it is to become here.
  #isOtherwise(theirs, path, mine) {
    const now = JSON.stringify(settingAt(theirs, path));
    return now !== JSON.stringify(settingAt(this.#config, path)) && now !== JSON.stringify(mine);
  }

  #showFailure(error) {
    // The browser's way back may have closed the dialog meanwhile.
    if (!this.element.open) showToast(error.explain("The settings may not have been saved"));
    this.#messages.showFailure(error, { isTyped: true });
  }
}

function showState(block, isSetUp) {
  block.toggleAttribute("data-set-up", isSetUp);
  block.querySelector(".channel-state").textContent = isSetUp ? "set up" : "not set up";
}

// What a setting is that is not there.
function emptyLike(value) {
  if (Array.isArray(value)) return [];
  return value === true || value === false ? false : null;
}
