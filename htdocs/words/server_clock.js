// What time it is at the server. Ages are counted by the clock that wrote the times, not by the browser's, which may
// be wrong by hours.

const monotonic = () => performance.now() / 1000;

let offset = Date.now() / 1000 - monotonic();  // the browser's word, until the server's is heard

// Takes the Date header of an answer. It is cut to whole seconds: half a second on average.
export function observe(dateHeader) {
  const time = Date.parse(dateHeader) / 1000;
  if (Number.isFinite(time)) offset = time + 0.5 - monotonic();
}

export function now() {
  return monotonic() + offset;
}
