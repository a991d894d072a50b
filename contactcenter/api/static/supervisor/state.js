// What is shown is in the address, behind the `#`: whoever opens it again sees the same.

/** The state in an address: which view, and what was chosen in it. */
export function read(hash = location.hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { view: path, chosen: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a state, from the `#` on. What is empty is left out. */
export function written(view, chosen) {
  const kept = Object.entries(chosen).filter(([, value]) => value !== "" && value !== undefined);
  const query = new URLSearchParams(kept).toString();
  return `#/${view}${query ? `?${query}` : ""}`;
}

/** Show another state; it becomes a step of the browser's history. */
export function go(view, chosen) {
  location.hash = written(view, chosen);
}
