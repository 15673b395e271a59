// The settings of config.json by their paths, such as "smtp.host", and the merge patch that changes some of them.

export const settingAt = (config, path) => path.split(".").reduce((part, name) => part?.[name], config);

// `changes` are values by path.
export function patchOf(changes) {
  const patch = {};
  for (const [path, value] of changes) {
    const names = path.split(".");
    const last = names.pop();
    let part = patch;
    for (const name of names) part = part[name] ??= {};
    part[last] = value;
  }
  return patch;
}
