// The channels that alerts leave through, as their blocks in the settings in index.html name them, in their order.

const blocks = new Map(
  [...document.querySelectorAll("#settings-dialog [data-channel]")].map((block) => [block.dataset.channel, block]));

// One of a later version is shown by its name in the API rather than not at all.
export function nameOfChannel(channel) {
  if (channel === "log") return "Log only";
  return blocks.get(channel)?.querySelector("summary span").textContent ?? channel;
}

export const iconOfChannel = (channel) =>
  blocks.get(channel)?.querySelector("summary use").getAttribute("href") ?? "#icon-alerts";

// Fills a field of the kind "choices".
export function offerChannels(field) {
  field.querySelector(".field-error").before(...[...blocks.keys()].map((channel) => {
    const label = document.createElement("label"), box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: field.dataset.field, value: channel });
    label.append(box, ` ${nameOfChannel(channel)}`);
    return label;
  }));
}
