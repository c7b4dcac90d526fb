"use strict";
// The figures under the pointer. The page says the same without it.
const result = JSON.parse(document.getElementById("result").textContent);
const column = (path) => path.split(".").reduce((node, name) => node[name], result);
const at = result.series.atSeconds;
const LEFT = 58, RIGHT = 14, WIDTH = 860;

for (const plot of document.querySelectorAll(".plot")) {
  const lines = plot.dataset.lines.split(";").map((line) => {
    const [label, path] = line.split("=");
    return { label, values: column(path) };
  });
  const svg = plot.querySelector("svg");
  const cursor = document.createElementNS(svg.namespaceURI, "line");
  cursor.setAttribute("class", "cursor");
  cursor.setAttribute("y1", 20);
  cursor.setAttribute("y2", 214);
  const tip = document.createElement("div");
  tip.className = "tip";
  const hide = () => { cursor.remove(); tip.remove(); };
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("pointermove", (event) => {
    if (at.length === 0) return;
    const box = svg.getBoundingClientRect();
    const scale = WIDTH / box.width;
    const end = Math.max(at[at.length - 1], 0.001);
    const share = ((event.clientX - box.left) * scale - LEFT) / (WIDTH - LEFT - RIGHT);
    if (share < 0 || share > 1) return hide();
    let i = 0;
    while (i < at.length - 1 && at[i + 1] <= share * end) i++;
    if (i < at.length - 1 && share * end - at[i] > at[i + 1] - share * end) i++;
    const x = LEFT + (at[i] / end) * (WIDTH - LEFT - RIGHT);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    svg.append(cursor);
    const unit = plot.dataset.unit;
    tip.textContent = [`${at[i]} s`].concat(lines.map(({ label, values }) =>
      `${label}: ${values[i] === null ? "none" : values[i] + (unit ? " " + unit : "")}`)).join("\n");
    plot.append(tip);
    const left = x / scale + 12;
    tip.style.left = `${left + tip.offsetWidth > box.width ? left - tip.offsetWidth - 24 : left}px`;
  });
}
