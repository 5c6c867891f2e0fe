// The chart of a number over time: uPlot in this page's colours. Fetched when it is first shown.
import uPlot from "./uplot/uPlot.esm.js";

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("uplot/uPlot.min.css", import.meta.url).href;
document.head.append(style);

const time = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

// Names of marks that would lie closer to each other than this, in pixels, are shown only when pointed at.
const NAME_WIDTH = 72;

// A mark: a vertical line with a picture of the page's sprite and a name. It is plain elements, as the page's styles
// know how to draw them.
function element(x, picture, name, isNamed) {
  const line = document.createElement("span");
  line.className = isNamed ? "chart-mark" : "chart-mark unnamed";
  line.style.left = `${x}px`;
  line.title = name;
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "icon");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${picture}`);
  icon.append(use);
  const label = document.createElement("span");
  label.textContent = name;
  line.append(icon, label);
  return line;
}

// The span of time that holds all values and all marks.
function span(least, most, marks) {
  const seconds = [least, most, ...marks.map(([at]) => at)].filter(Number.isFinite);
  if (seconds.length === 0) return [null, null];
  const [first, last] = [Math.min(...seconds), Math.max(...seconds)];
  // Room for a single moment, and for a mark's name at the end.
  return first === last ? [first - 30, last + 30] : [first, last];
}

// Makes a chart in `host` and gives back how to `set` its columns (seconds, numbers, and marks as lists of second,
// picture and name) and to `destroy` it. Colours are the host's own: its text's, and those of its two borders.
export function draw(host) {
  const colours = getComputedStyle(host);
  const mark = () => colours.color;
  const line = { stroke: () => colours.borderBottomColor, width: 1 };
  const axis = { stroke: () => colours.borderTopColor, font: `12px ${colours.fontFamily}`, grid: line, ticks: line };
  const size = () => ({ width: host.clientWidth, height: host.clientHeight });
  let marks = [];
  const layer = document.createElement("div");
  layer.className = "chart-marks";
  const place = (chart) => {
    let free = -Infinity;
    layer.replaceChildren(...marks.map(([at, picture, name]) => {
      const x = Math.round(chart.valToPos(at, "x"));
      const isNamed = x >= free;
      if (isNamed) free = x + NAME_WIDTH;
      return element(x, picture, name, isNamed);
    }));
  };
  const chart = new uPlot(
    {
      ...size(),
      padding: [8, 24, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: true, range: (_, least, most) => span(least, most, marks) } },
      hooks: { draw: [place] },
      axes: [
        { ...axis, space: 64, values: (_, splits) => splits.map(time) },
        { ...axis, size: 44 },
      ],
      series: [{}, { stroke: mark, width: 2, points: { show: true, size: 6, fill: mark } }],
    },
    [[], []],
    host,
  );
  chart.over.append(layer);
  const resized = new ResizeObserver(() => chart.setSize(size()));
  resized.observe(host);
  // Another theme has other colours.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => chart.redraw(false);
  const themed = new MutationObserver(redraw);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", redraw);
  return {
    set([seconds, numbers, happened]) {
      // What happened before the first value that is drawn would only squeeze the others.
      marks = happened.filter(([at]) => at >= (seconds[0] ?? 0));
      chart.setData([seconds, numbers]);
    },
    destroy() {
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", redraw);
      chart.destroy();
    },
  };
}
