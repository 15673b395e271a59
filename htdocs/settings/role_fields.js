// What each user may do, in the settings: rows of a name and a role.

import { appendRow, removeRow, announceChange } from "../ui/form_rows.js";

export class RoleFields {
  #root;
  #list;
  #connect;
  #rows = [];
  #read = {};  // by name

  // `connect` gets each element with fields.
  constructor(root, { connect }) {
    this.#root = root;
    this.#list = root.querySelector(".row-list");
    this.#connect = connect;
    root.querySelector("[data-action=add-user]").addEventListener("click", () => {
      this.#add("", "operator").user.focus();
      announceChange(root);
    });
  }

  write(roles) {
    this.#list.replaceChildren();
    this.#rows = [];
    this.#read = { ...roles };
    for (const [user, role] of Object.entries(this.#read)) this.#add(user, role);
  }

  // A merge patch: null for who has none any more; undefined when all stays as it was.
  get change() {
    const now = Object.fromEntries(this.#rows.map(({ user, role }) => [user.value.trim(), role.value]));
    const changed = Object.entries(now).filter(([user, role]) => user && this.#read[user] !== role);
    const gone = Object.keys(this.#read).filter((user) => !(user in now)).map((user) => [user, null]);
    return changed.length + gone.length ? Object.fromEntries([...changed, ...gone]) : undefined;
  }

  get errors() {
    const names = this.#rows.map(({ user }) => user.value.trim());
    const field = this.#root.dataset.field;
    if (names.includes("")) return [{ field, message: "Enter a name for each role." }];
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    return twice === undefined ? [] : [{ field, message: `${twice} is listed twice.` }];
  }

  #add(name, role) {
    const element = appendRow(this.#list, "user-role");
    const row = { user: element.querySelector("input"), role: element.querySelector("select") };
    row.user.value = name;
    row.role.value = role;
    this.#rows.push(row);
    this.#connect(element.parentElement);
    element.querySelector("[data-remove]").addEventListener("click", () => {
      this.#rows = this.#rows.filter((other) => other !== row);
      removeRow(element, this.#root.querySelector("[data-action=add-user]"));
      announceChange(this.#root);
    });
    return row;
  }
}
