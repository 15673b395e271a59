// The head of the page: its title, who the user is and what he is offered, how fresh the data are, and the trouble that
// shows on every page.

const part = (id) => document.getElementById(id);

export function showUser({ user, role }, { change }) {
  part("add-host").hidden = !change;
  part("open-settings").hidden = !change;
  part("user").textContent = user ? `${user} (${role})` : "";
  part("sign-in").hidden = Boolean(user) || change;
  part("sign-out").hidden = !user;
}

// `down` is how many hosts to say are down, beside the link to them; `checkedAt` the last check in words, null where no
// list has come; `isOld`: the data are not those of now.
export function showHead({ title, down, unsent, checkedAt, isOld }) {
  part("title").textContent = title;
  part("open-alerts").toggleAttribute("data-alarm", unsent.length > 0);
  part("open-alerts").setAttribute("aria-label", unsent.length ? "Alerts: some cannot be delivered" : "Alerts");
  part("down-count").hidden = !down;
  part("down-count").textContent = `${down} down`;
  if (checkedAt !== null) part("checked").textContent = checkedAt;
  document.documentElement.toggleAttribute("data-old", isOld);
  document.documentElement.toggleAttribute("data-loading", checkedAt === null);
}
