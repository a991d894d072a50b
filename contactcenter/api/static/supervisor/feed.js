// The live feed: the board is sent when it has changed. While the socket is away, `isLive` says so and others may ask.
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Watch the board of a zone until the returned function is called; nothing is open while nobody looks. */
export function watchBoard(zone, { shown, isLive }) {
  let socket = null;
  let again = null;
  let wait = FIRST_WAIT_MS;
  let left = false;

  const open = () => {
    clearTimeout(again);
    if (left || document.hidden || socket) return;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/feed`);
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, type: "watch_board", zone }));
    socket.onmessage = (message) => {
      const frame = JSON.parse(message.data);
      if (frame.type !== "board") return;
      wait = FIRST_WAIT_MS;
      isLive(true);
      shown(frame.board);
    };
    socket.onclose = () => {
      socket = null;
      isLive(false);
      if (left) return;
      again = setTimeout(open, wait * (0.5 + Math.random() / 2));
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    };
  };
  // One that is just being opened is closed when it is, or the browser complains.
  const shut = () => {
    if (socket?.readyState === WebSocket.CONNECTING) socket.onopen = (event) => event.target.close();
    else socket?.close();
  };
  const turned = () => (document.hidden ? shut() : open());
  document.addEventListener("visibilitychange", turned);
  open();
  return () => {
    left = true;
    clearTimeout(again);
    document.removeEventListener("visibilitychange", turned);
    shut();
  };
}
