// The tab's title and icon show trouble while another tab is in front.

const icon = document.querySelector("link[rel=icon]");

export function showInTab({ title, summary, isOld }) {
  const down = summary?.down ?? 0;
  const text = isOld ? `Old data · ${title}` : down ? `${down} down · ${title}` : title;
  if (document.title !== text) document.title = text;
  const href = isOld ? "icon-old.svg" : down ? "icon-down.svg" : "icon.svg";
  if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}
