// Tries to show an address that it should not be able to show.
const wanted = new URLSearchParams(location.search).get("frame");
if (wanted) {
  const frame = document.createElement("iframe");
  frame.src = wanted;
  document.body.append(frame);
}
