// The dashboard: asks the server, and shows what it answered.

import { AlertLog } from "./alerts/alert_log.js";
import { announceChanges } from "./app/announcer.js";
import { showBanners } from "./app/banner.js";
import { ApiError, checkHost, fetchAlerts, fetchConfig, fetchHosts, fetchMe, fetchProblems } from "./app/client.js";
import { Keyboard } from "./app/keyboard.js";
import { Pages } from "./app/pages.js";
import { Refresher } from "./app/refresher.js";
import { showInTab } from "./app/tab_signal.js";
import { DeleteDialog } from "./host/delete_dialog.js";
import { HeartbeatDialog } from "./host/heartbeat_dialog.js";
import { MaintenanceDialog } from "./host/maintenance_dialog.js";
import { HostDialog } from "./host_form/host_dialog.js";
import { Welcome } from "./host_form/welcome.js";
import { connectCardKeys } from "./list/card_keys.js";
import { Filter, groupsOf } from "./list/filter.js";
import { GroupSwitch } from "./list/group_switch.js";
import { HostGrid } from "./list/host_grid.js";
import { Summary } from "./list/summary.js";
import { Wall } from "./list/wall.js";
import { SettingsDialog } from "./settings/settings_dialog.js";
import { showToast } from "./ui/toast.js";
import { countOf, formatMs, formatTime } from "./words/format.js";
import { pageOf } from "./words/host_text.js";
import { useTimeZone } from "./words/installation_time.js";
import * as serverClock from "./words/server_clock.js";
import { statusOf, TroubleOrder } from "./words/status.js";
import { isLate, warningsFor } from "./words/warnings.js";

// How often the page asks whether messages wait, while the log of them is not open, and whether there is room to write.
const TROUBLE_SECONDS = 60;

const NOBODY = { user: null, role: "viewer" };

let me = null;       // /api/me; null until it has answered
let config = null;   // /api/config; null where it is not to be had, then the documented defaults count
let list = null;     // the last good answer of /api/hosts, with what was changed since
let changes = 0;     // how many: a list that was asked for before the last is out of date
let heard = null;    // when it came, by the server's clock
let failure = null;  // why the last refresh failed
let problems = [];   // what /api/health knows
let askedForProblems = -Infinity;  // when, by the server's clock
let unsent = [];     // the problems of the outbox
let askedForUnsent = -Infinity;  // when, by the server's clock
let hindrance = null;  // the warning that what is on the screen is the past

const offers = () => ({ check: me?.role === "operator" || me?.role === "admin", change: me?.role === "admin" });
const hostOf = (id) => list?.hosts.find((host) => host.id === id);

const order = new TroubleOrder();
const filter = new Filter(draw);
const groupSwitch = new GroupSwitch(draw);
const summary = new Summary((status) => filter.toggleStatus(status));
const grid = new HostGrid(document.getElementById("hosts"));
const welcome = new Welcome({ onSaved: (host) => showSaved(host, "added") });
const dialog = new HostDialog({
  onSaved: (host) => showSaved(host, hostOf(host.id) ? "saved" : "added"),
  onDelete: (id) => deletion.open(hostOf(id)),
});
const deletion = new DeleteDialog({ onDeleted: showDeleted });
const heartbeat = new HeartbeatDialog({ onMade: () => refresher.now() });
const maintenance = new MaintenanceDialog({ onSaved: showChanged });
const alertLog = new AlertLog();
const settings = new SettingsDialog({ onSaved: showSettings, groups: () => groupsOf(list?.hosts ?? []) });
const refresher = new Refresher(refresh);

// What the address can name. Each page gets {list, hostOf, offers, context} whenever the list has been loaded.
const section = (id) => document.getElementById(id);
const everybody = () => true;
const pages = new Pages({
  "": {
    element: section("list"), isAllowed: everybody,
    page: { open: openList, update: drawList, close() {} },
  },
  wall: {
    element: section("list"), isAllowed: everybody,
    page: new Wall({ onChange: (isOn) => (grid.isOnWall = isOn), onLeave: () => pages.leave(), update: drawList }),
  },
  host: {
    element: section("host-page"), isAllowed: everybody, styles: ["host/host_page.css", "outages/outages.css"],
    load: async () => {
      const { HostPage } = await import("./host/host_page.js");
      const keep = (options) => pages.keep(options);
      return new HostPage(section("host-page"), { onAction: act, onAcknowledging: showChanged, keep });
    },
  },
  outages: {
    element: section("outages-page"), isAllowed: everybody, styles: ["outages/outages.css"],
    load: async () => {
      const { OutagesPage } = await import("./outages/outages_page.js");
      return new OutagesPage(section("outages-page"), { keep: (options) => pages.keep(options) });
    },
  },
  report: {
    element: section("report-page"), isAllowed: everybody, styles: ["report/report.css"],
    load: async () => {
      const { ReportPage } = await import("./report/report_page.js");
      return new ReportPage(section("report-page"), { keep: (options) => pages.keep(options) });
    },
  },
  import: {
    element: section("import-page"), isAllowed: () => offers().change, styles: ["import/import.css"],
    load: async () => {
      const { ImportPage } = await import("./import/import_page.js");
      return new ImportPage(section("import-page"), { onImported: showImported });
    },
  },
  alerts: { element: alertLog.element, isAllowed: everybody, open: openAlertLog },
  settings: { element: settings.element, isAllowed: () => offers().change, open: () => settings.open() },
}, { onShown: draw });

async function refresh() {
  try {
    if (!me) await meet();
    const before = changes;
    const answer = await fetchHosts();
    if (changes === before) list = answer;  // or else the next is asked for already
    failure = null;
    heard = serverClock.now();
    announceChanges(list.hosts);
    // Before it is said why: the disk may be full, and monitord at work. And until it is well again.
    if (isLate(list, config?.timeout, heard) || problems.length) await loadProblems();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    failure = error;
  }
  draw();
  const now = serverClock.now();
  // Beside the list: its next refresh does not wait for this.
  if (failure) return;
  if (now - askedForProblems >= TROUBLE_SECONDS) loadProblems().then(draw);
  if (alertLog.isOpen || now - askedForUnsent >= TROUBLE_SECONDS) loadAlerts(now);
}

async function loadProblems() {
  askedForProblems = serverClock.now();
  try {
    problems = await fetchProblems();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problems = [];  // then only the list says how it is
  }
}

async function loadAlerts(now) {
  askedForUnsent = now;
  try {
    const alerts = await fetchAlerts({ sent: alertLog.isOpen });
    unsent = alerts.problems;
    useTimeZone(alerts.timezone);
    if (alertLog.isOpen) alertLog.show(alerts, { now, canSetUp: offers().change });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    alertLog.showFailure(error.explain("The alerts cannot be shown now"));
  }
  draw();
}

function openAlertLog() {
  alertLog.open();
  loadAlerts(serverClock.now());
}

// Who the user is decides what is offered; the general settings are the defaults that the form shows.
async function meet() {
  me = { ...NOBODY, ...(await fetchMe()) };
  // The settings are refused while config.json is broken; a notice says so. The alerts tell the time zone, which no
  // form may learn after it has been opened.
  const known = fetchConfig().then((read) => read.config, () => null);
  [config] = await Promise.all([known, loadAlerts(serverClock.now())]);
  grid.offers = offers();
  document.getElementById("add-host").hidden = !offers().change;
  document.getElementById("open-settings").hidden = !offers().change;
  document.getElementById("user").textContent = me.user ? `${me.user} (${me.role})` : "";
  document.getElementById("sign-in").hidden = Boolean(me.user) || offers().change;
  document.getElementById("sign-out").hidden = !me.user;
  pages.follow();
}

function draw() {
  const now = serverClock.now();
  const warnings = warningsFor({ list, failure, timeout: config?.timeout, problems, unsent, now });
  hindrance = warnings.find(({ level }) => level === "old") ?? null;
  const isOld = hindrance !== null;
  const title = config?.title || "Linewatch";
  showBanners(warnings);
  if (list) pages.update({ list, config, hostOf, offers: offers(), context: context() });
  showInTab({ title: [pages.title, title].filter(Boolean).join(" · "), summary: list?.summary, isOld });
  document.getElementById("title").textContent = title;
  const bell = document.getElementById("open-alerts");
  bell.toggleAttribute("data-alarm", unsent.length > 0);
  bell.setAttribute("aria-label", unsent.length ? "Alerts: some do not get out" : "Alerts");
  document.documentElement.toggleAttribute("data-old", isOld);
  document.documentElement.toggleAttribute("data-loading", !list);
  showDownCount();
  if (list) document.getElementById("checked").textContent = list.updated ? formatTime(list.updated, heard) : "never";
}

// Trouble shows on every page, not only where the list is.
function showDownCount() {
  const count = document.getElementById("down-count");
  const down = pages.name ? list?.summary.down ?? 0 : 0;
  count.hidden = !down;
  count.textContent = `${down} down`;
}

// What the texts about a host need besides the host. Ages stand still with everything else when nothing new comes.
const context = () => ({
  now: hindrance && list.updated ? list.updated : heard,
  interval: list.interval,
  threshold: config?.fail_threshold,
  nameOf: (id) => hostOf(id)?.name ?? id,
});

function drawList() {
  filter.offerGroups(list.hosts);
  const sorted = order.sort(list);
  const isOnWall = pages.name === "wall";
  const shown = isOnWall ? sorted : filter.apply(sorted);
  groupSwitch.isOffered = groupsOf(list.hosts).length > 0;
  summary.update(list.summary, filter.status, hindrance && list.updated ? formatTime(list.updated, heard) : "");
  welcome.update({ hosts: list.hosts, canAdd: offers().change, config });
  document.getElementById("nothing-found").hidden = shown.length > 0 || list.hosts.length === 0;
  document.getElementById("toolbar").hidden = list.hosts.length < 2;
  grid.update(shown, context(), { byGroup: groupSwitch.isOn && !isOnWall });
}

// The options have done their work: the user may choose otherwise.
function openList(args, options) {
  filter.choose(options);
  pages.keep({});
}

function act(action, id) {
  const host = hostOf(id);
  if (!host) return;
  if (action === "open") location.hash = pageOf(id);
  if (action === "check") check(host);
  if (action === "edit") dialog.open({ host, hosts: list.hosts, config });
  if (action === "maintenance") maintenance.open(host);
  if (action === "token") heartbeat.ask(host);
  if (action === "delete") deletion.open(host);
}

// No check has a result that gets here. A server that does not answer says so itself.
const isUnwatched = () => hindrance !== null && hindrance.code !== "server";

async function check(host) {
  if (isUnwatched()) await refresher.now();  // the monitor may be back since
  if (isUnwatched()) return showToast(`${host.name} cannot be checked now. ${hindrance.title}.`);
  const card = grid.card(host.id);
  if (card) card.checking = true;
  try {
    // The page's own list may be a cycle old: what was measured before somebody asked is no answer.
    const asked = await checkHost(host.id);
    await showResult(host, "checked", (now) => now.last_check > (asked.last_check ?? 0));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showToast(error.explain(`${host.name} could not be checked`));
  } finally {
    if (card) card.checking = false;
  }
}

// What the server has answered counts before the list comes again: whoever opens the host at once finds what he saved.
function changeHosts(edit) {
  if (!list) return;
  list = { ...list, hosts: edit(list.hosts) };
  changes++;
  draw();
}

const takeIn = ({ token: _, ...host }) =>
  changeHosts((hosts) => hosts.map((other) => (other.id === host.id ? host : other)));

// The host stands in the list at once, and its first result soon after.
async function showSaved(host, what) {
  if (what === "added") {
    filter.clear();
    if (pages.name) pages.leave();
  }
  if (host.token) heartbeat.show(host, host.token);
  const before = host.last_check ?? 0;
  takeIn(host);
  const isSaved = () => hostOf(host.id)?.revision >= host.revision;
  refresher.until(isSaved).then(() => grid.card(host.id)?.flash());
  await showResult(host, what, (now) => isSaved() && (!now.enabled || now.last_check > before));
}

async function showResult(host, what, isThere) {
  showToast(`${host.name} is ${what === "checked" ? "being checked" : what}.`);
  const there = await refresher.until(() => {
    const now = hostOf(host.id);
    return Boolean(now) && isThere(now);
  });
  const now = hostOf(host.id);
  const why = isUnwatched() ? `${hindrance.title}.` : "Is the monitor running?";
  if (!there) return showToast(`${host.name}: no result yet. ${why}`);
  const rtt = now.rtt_ms === null ? "" : `, ${formatMs(now.rtt_ms)}`;
  showToast(`${now.name} is ${statusOf(now)}${now.enabled ? rtt : ""}.`);
}

function showSettings(saved) {
  config = saved;
  loadAlerts(serverClock.now());  // which say in which time zone the server is now
  draw();
  showToast("The settings are saved.");
}

function showImported({ added, changed }) {
  filter.clear();
  pages.leave();
  const done = [added && `${countOf(added, "host")} added`, changed && `${countOf(changed, "host")} changed`];
  showToast(`${done.filter(Boolean).join(", ")}.`);
  refresher.now();
}

function showChanged(host, what) {
  takeIn(host);
  showToast(`${host.name} is ${what}.`);
  refresher.until(() => hostOf(host.id)?.revision >= host.revision);
}

function showDeleted(host) {
  if (location.hash.startsWith(pageOf(host.id))) pages.leave();
  changeHosts((hosts) => hosts.filter(({ id }) => id !== host.id));
  if (document.activeElement === document.body) pages.focus();  // it was on what is gone
  showToast(`${host.name} is deleted.`);
  refresher.now();
}

function addHost() {
  dialog.open({ host: null, hosts: list?.hosts ?? [], config });
}

const go = (hash) => () => (location.hash = hash);
new Keyboard([
  { keys: "/", what: "Search", act: () => filter.reach() },
  { keys: "a", what: "Add a host", isOffered: () => offers().change, act: addHost },
  { keys: "w", what: "Wall: full screen and large", act: () => (location.hash = pages.name === "wall" ? "" : "wall") },
  { keys: "g l", what: "Lines", act: go("") },
  { keys: "g o", what: "Outages", act: go("outages") },
  { keys: "g r", what: "Report", act: go("report") },
  { keys: "g a", what: "Alerts", act: go("alerts") },
  { keys: "g s", what: "Settings", isOffered: () => offers().change, act: go("settings") },
  { keys: "g i", what: "Many lines at once", isOffered: () => offers().change, act: go("import") },
]);

document.getElementById("add-host").addEventListener("click", addHost);
document.getElementById("clear-filter").addEventListener("click", () => filter.clear());
document.getElementById("hosts").addEventListener("click", ({ target }) => {
  const id = target.closest(".host-card")?.dataset.host;
  if (id && !target.closest("a")) act(target.closest("[data-action]")?.dataset.action ?? "open", id);
});
connectCardKeys(document.getElementById("hosts"));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();  // it is no page
  pages.focus();
});

refresher.now();
