// Shows the warnings above everything else. A banner that stays is not made anew, so that it is read out only once.

const region = document.getElementById("banners");
const template = document.getElementById("banner");

const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export function showBanners(warnings) {
  const wanted = new Map(warnings.map((warning) => [warning.code, warning]));
  for (const banner of [...region.children]) {
    if (!wanted.has(banner.dataset.code)) banner.remove();
  }
  for (const warning of wanted.values()) {
    const shown = [...region.children].find((banner) => banner.dataset.code === warning.code);
    fill(shown ?? add(warning), warning);
  }
}

function add({ code }) {
  const banner = template.content.firstElementChild.cloneNode(true);
  banner.dataset.code = code;
  region.append(banner);
  return banner;
}

function fill(banner, { level, title, text }) {
  banner.dataset.level = level;
  setText(banner.querySelector(".banner-title"), title);
  setText(banner.querySelector(".banner-text"), text);
}
