// The dashboard: puts its parts together. What is shown comes from server_state.js; what the address can name, and what a
// key or a button does, stands here.

import { AlertLog } from "./alerts/alert_log.js";
import { showBanners } from "./app/banner.js";
import { HostChanges } from "./app/host_changes.js";
import { Keyboard } from "./app/keyboard.js";
import { showHead, showUser } from "./app/masthead.js";
import { Pages } from "./app/pages.js";
import { showInTab } from "./app/tab_signal.js";
import { DeleteDialog } from "./host/delete_dialog.js";
import { HeartbeatDialog } from "./host/heartbeat_dialog.js";
import { MaintenanceDialog } from "./host/maintenance_dialog.js";
import { HostDialog } from "./host_form/host_dialog.js";
import { Welcome } from "./host_form/welcome.js";
import { groupsOf } from "./list/filter.js";
import { HostList } from "./list/host_list.js";
import { Wall } from "./list/wall.js";
import { SettingsDialog } from "./settings/settings_dialog.js";
import { showToast } from "./ui/toast.js";
import { countOf } from "./words/format.js";
import { pageOf } from "./words/host_text.js";
import { ServerState } from "./server_state.js";

const state = new ServerState({
  onMet: () => {
    hostList.offers = state.offers;
    showUser(state.me, state.offers);
    pages.follow();
  },
  onChange: draw,
  isLogOpen: () => alertLog.isOpen,
  onAlerts: (alerts, now) => alertLog.isOpen && alertLog.show(alerts, { now, canSetUp: state.offers.change }),
  onAlertsFailure: (error) => alertLog.showFailure(error.explain("The alerts cannot be shown now")),
});
const hostList = new HostList({ onChange: draw, onOpened: () => pages.keep({}), onAction: act });
const changes = new HostChanges(state, { cardOf: (id) => hostList.card(id) });
const welcome = new Welcome({ onSaved: showAdded });
const dialog = new HostDialog({
  onSaved: (host) => (state.hostOf(host.id) ? showSaved(host) : showAdded(host)),
  onDelete: (id) => deletion.open(state.hostOf(id)),
});
const deletion = new DeleteDialog({ onDeleted: showDeleted });
const heartbeat = new HeartbeatDialog({ onMade: () => state.refresh() });
const showChanged = (host, what) => changes.changed(host, what);
const maintenance = new MaintenanceDialog({ onSaved: showChanged });
const alertLog = new AlertLog();
const settings = new SettingsDialog({ onSaved: showSettings, groups: () => groupsOf(state.list?.hosts ?? []) });

// What the address can name. Each page gets what state.shown is whenever the list has been loaded.
const section = (id) => document.getElementById(id);
const everybody = () => true;
const admin = () => state.offers.change;
const keep = (options) => pages.keep(options);
const pages = new Pages({
  "": {
    element: section("list"), isAllowed: everybody,
    page: { open: (args, options) => hostList.open(args, options), update: drawList, close() {} },
  },
  wall: {
    element: section("list"), isAllowed: everybody,
    page: new Wall({ onChange: (isOn) => (hostList.isOnWall = isOn), onLeave: () => pages.leave(), update: drawList }),
  },
  host: {
    element: section("host-page"), isAllowed: everybody,
    styles: ["host/host_page.css", "host/latency_chart.css", "outages/outages.css"],
    load: async () => {
      const { HostPage } = await import("./host/host_page.js");
      return new HostPage(section("host-page"), { onAction: act, onAcknowledging: showChanged, keep });
    },
  },
  outages: {
    element: section("outages-page"), isAllowed: everybody, styles: ["outages/outages.css"],
    load: async () => {
      const { OutagesPage } = await import("./outages/outages_page.js");
      return new OutagesPage(section("outages-page"), { keep });
    },
  },
  report: {
    element: section("report-page"), isAllowed: everybody, styles: ["report/report.css"],
    load: async () => {
      const { ReportPage } = await import("./report/report_page.js");
      return new ReportPage(section("report-page"), { keep });
    },
  },
  import: {
    element: section("import-page"), isAllowed: admin, styles: ["import/import.css"],
    load: async () => {
      const { ImportPage } = await import("./import/import_page.js");
      return new ImportPage(section("import-page"), { onImported: showImported });
    },
  },
  alerts: { element: alertLog.element, isAllowed: everybody, open: openAlertLog },
  settings: { element: settings.element, isAllowed: admin, open: () => settings.open() },
}, { onShown: draw });

function draw() {
  const { list, warnings } = state;
  const isOld = state.oldDataWarning !== null;
  const title = state.config?.title || "Linewatch";
  showBanners(warnings);
  if (list) pages.update(state.shown);
  showInTab({ title: [pages.title, title].filter(Boolean).join(" · "), summary: list?.summary, isOld });
  // Trouble shows on every page, not only where the list is.
  showHead({ title, isOld, unsent: state.unsent, down: pages.name && list ? list.summary.down : 0,
             checkedAt: list && state.checkedAt });
}

// The form of the first visit stands above the cards, and takes room from them.
function drawList(shown) {
  welcome.update({ hosts: shown.list.hosts, canAdd: shown.offers.change, config: shown.config });
  hostList.update(shown);
}

function openAlertLog() {
  alertLog.open();
  state.loadAlerts();
}

function act(action, id) {
  const host = state.hostOf(id);
  if (!host) return;
  if (action === "open") location.hash = pageOf(id);
  if (action === "check") changes.check(host);
  if (action === "edit") dialog.open({ host, hosts: state.list.hosts, config: state.config });
  if (action === "maintenance") maintenance.open(host);
  if (action === "token") heartbeat.ask(host);
  if (action === "delete") deletion.open(host);
}

function showAdded(host) {
  hostList.showAll();
  if (pages.name) pages.leave();
  showSaved(host, "added");
}

function showSaved(host, what = "saved") {
  if (host.token) heartbeat.show(host, host.token);
  changes.saved(host, what);
}

function showSettings(saved) {
  state.takeSettings(saved);
  showToast("The settings are saved.");
}

function showImported({ added, changed }) {
  hostList.showAll();
  pages.leave();
  const done = [added && `${countOf(added, "host")} added`, changed && `${countOf(changed, "host")} changed`];
  showToast(`${done.filter(Boolean).join(", ")}.`);
  state.refresh();
}

function showDeleted(host) {
  if (location.hash.startsWith(pageOf(host.id))) pages.leave();
  state.takeOut(host.id);
  if (document.activeElement === document.body) pages.focus();  // it was on what is gone
  showToast(`${host.name} is deleted.`);
  state.refresh();
}

function addHost() {
  dialog.open({ host: null, hosts: state.list?.hosts ?? [], config: state.config });
}

const go = (hash) => () => (location.hash = hash);
new Keyboard([
  { keys: "/", what: "Search", act: () => hostList.search() },
  { keys: "a", what: "Add a host", isOffered: admin, act: addHost },
  { keys: "w", what: "Wall: full screen and large", act: () => (location.hash = pages.name === "wall" ? "" : "wall") },
  { keys: "g l", what: "List of hosts", act: go("") },
  { keys: "g o", what: "Outages", act: go("outages") },
  { keys: "g r", what: "Report", act: go("report") },
  { keys: "g a", what: "Alerts", act: go("alerts") },
  { keys: "g s", what: "Settings", isOffered: admin, act: go("settings") },
  { keys: "g i", what: "Import hosts", isOffered: admin, act: go("import") },
]);

document.getElementById("add-host").addEventListener("click", addHost);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();  // it is no page
  pages.focus();
});

state.refresh();
