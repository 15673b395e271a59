// What the page knows of the server: who the user is, the settings, the hosts with what was changed here since, and what
// stands in the way of all that. It asks the server; everything on the screen is drawn from it.

import { announceChanges } from "./app/announcer.js";
import { ApiError, fetchAlerts, fetchConfig, fetchHosts, fetchMe, fetchProblems } from "./app/client.js";
import { Refresher } from "./app/refresher.js";
import { formatTime } from "./words/format.js";
import { useTimeZone } from "./words/installation_time.js";
import * as serverClock from "./words/server_clock.js";
import { isLate, warningsFor } from "./words/warnings.js";

// How often the page asks whether messages wait, while the log of them is not open, and whether there is room to write.
const PROBLEM_SECONDS = 60;

const NOBODY = { user: null, role: "viewer" };

export class ServerState {
  me = null;        // /api/me; null until it has answered
  config = null;    // /api/config; null where it is not to be had, then the documented defaults count
  list = null;      // the last good answer of /api/hosts, with what was changed since
  unsent = [];      // the problems of the outbox
  #changes = 0;     // how many: a list that was asked for before the last is out of date
  #heard = null;    // when the list came, by the server's clock
  #failure = null;  // why the last refresh failed
  #problems = [];   // what /api/health knows
  #askedForProblems = -Infinity;  // when, by the server's clock
  #askedForUnsent = -Infinity;    // when, by the server's clock
  #listener;
  #refresher = new Refresher(() => this.#refresh());

  // `listener` has onMet(), called once it is known who the user is, onChange(), called when there is something new to
  // draw, isLogOpen(), which answers whether sent alerts are wanted, onAlerts(alerts, now) and onAlertsFailure(error).
  constructor(listener) {
    this.#listener = listener;
  }

  // Asks at once, and from then on by itself.
  refresh() {
    return this.#refresher.now();
  }

  // Asks in quick succession until `isThere()`. Answers whether it came.
  until(isThere) {
    return this.#refresher.until(isThere);
  }

  get offers() {
    return { check: this.me?.role === "operator" || this.me?.role === "admin", change: this.me?.role === "admin" };
  }

  hostOf(id) {
    return this.list?.hosts.find((host) => host.id === id);
  }

  get warnings() {
    return warningsFor({ list: this.list, failure: this.#failure, timeout: this.config?.timeout,
                         problems: this.#problems, unsent: this.unsent, now: serverClock.now() });
  }

  // The warning that what is on the screen is the past; null where it is not.
  get oldDataWarning() {
    return this.warnings.find(({ level }) => level === "old") ?? null;
  }

  // Whether no check can have a result that gets here. A server that does not answer says so itself.
  get isUnwatched() {
    const { oldDataWarning } = this;
    return oldDataWarning !== null && oldDataWarning.code !== "server";
  }

  // The last check, in words.
  get checkedAt() {
    return this.list.updated ? formatTime(this.list.updated, this.#heard) : "never";
  }

  // What a page is drawn from, once there is a list. `asOf` is the time that it shows, in words; empty where that is now.
  get shown() {
    const { list, config, offers } = this;
    const isPast = this.oldDataWarning !== null && Boolean(list.updated);
    const hostOf = (id) => this.hostOf(id);
    // What the texts about a host need besides the host. Ages stand still with everything else when nothing new comes.
    const context = {
      now: isPast ? list.updated : this.#heard,
      interval: list.interval,
      threshold: config?.fail_threshold,
      nameOf: (id) => hostOf(id)?.name ?? id,
    };
    return { list, config, hostOf, offers, context, asOf: isPast ? this.checkedAt : "" };
  }

  // What the server has answered counts before the list comes again: whoever opens the host at once finds what he saved.
  takeIn({ token: _, ...host }) {
    this.#changeHosts((hosts) => hosts.map((other) => (other.id === host.id ? host : other)));
  }

  takeOut(id) {
    this.#changeHosts((hosts) => hosts.filter((host) => host.id !== id));
  }

  // The alerts say in which time zone the server is now.
  takeSettings(config) {
    this.config = config;
    this.loadAlerts();
    this.#listener.onChange();
  }

  #changeHosts(edit) {
    if (!this.list) return;
    this.list = { ...this.list, hosts: edit(this.list.hosts) };
    this.#changes++;
    this.#listener.onChange();
  }

  async #refresh() {
    try {
      if (!this.me) await this.#meet();
      const before = this.#changes;
      const answer = await fetchHosts();
      if (this.#changes === before) this.list = answer;  // or else the next is asked for already
      this.#failure = null;
      this.#heard = serverClock.now();
      announceChanges(this.list.hosts);
      // Before it is said why: the disk may be full, and monitord at work. And until it is well again.
      if (isLate(this.list, this.config?.timeout, this.#heard) || this.#problems.length) await this.#loadProblems();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#failure = error;
    }
    this.#listener.onChange();
    // Beside the list: its next refresh does not wait for this.
    if (this.#failure) return;
    const isDue = (asked) => serverClock.now() - asked >= PROBLEM_SECONDS;
    if (isDue(this.#askedForProblems)) this.#loadProblems().then(() => this.#listener.onChange());
    if (this.#listener.isLogOpen() || isDue(this.#askedForUnsent)) this.loadAlerts();
  }

  // Who the user is decides what is offered; the general settings are the defaults that the form shows.
  async #meet() {
    this.me = { ...NOBODY, ...(await fetchMe()) };
    // The settings are refused while config.json is broken; a notice says so. The alerts say which time zone counts,
    // which no form may learn after it has been opened.
    const known = fetchConfig().then((read) => read.config, () => null);
    [this.config] = await Promise.all([known, this.loadAlerts()]);
    this.#listener.onMet();
  }

  async #loadProblems() {
    this.#askedForProblems = serverClock.now();
    try {
      this.#problems = await fetchProblems();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#problems = [];  // then only the list says how it is
    }
  }

  async loadAlerts() {
    const now = serverClock.now();
    this.#askedForUnsent = now;
    try {
      const alerts = await fetchAlerts({ sent: this.#listener.isLogOpen() });
      this.unsent = alerts.problems;
      useTimeZone(alerts.timezone);
      this.#listener.onAlerts(alerts, now);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#listener.onAlertsFailure(error);
    }
    this.#listener.onChange();
  }
}
