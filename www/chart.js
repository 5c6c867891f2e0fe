// The chart of a number over time: uPlot in this page's colours. Fetched when it is first shown.
import uPlot from "./uplot/uPlot.esm.js";

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("uplot/uPlot.min.css", import.meta.url).href;
document.head.append(style);

const time = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

// Makes a chart in `host` and gives back how to `set` its columns (seconds, numbers) and to
// `destroy` it. Colours are the host's own: its text's, and those of its two borders.
export function draw(host) {
  const colours = getComputedStyle(host);
  const mark = () => colours.color;
  const line = { stroke: () => colours.borderBottomColor, width: 1 };
  const axis = { stroke: () => colours.borderTopColor, font: `12px ${colours.fontFamily}`, grid: line, ticks: line };
  const size = () => ({ width: host.clientWidth, height: host.clientHeight });
  const chart = new uPlot(
    {
      ...size(),
      padding: [8, 24, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: true } },
      axes: [
        { ...axis, space: 64, values: (_, splits) => splits.map(time) },
        { ...axis, size: 44 },
      ],
      series: [{}, { stroke: mark, width: 2, points: { show: true, size: 6, fill: mark } }],
    },
    [[], []],
    host,
  );
  const resized = new ResizeObserver(() => chart.setSize(size()));
  resized.observe(host);
  // Another theme has other colours.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => chart.redraw(false);
  const themed = new MutationObserver(redraw);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", redraw);
  return {
    set: (columns) => chart.setData(columns),
    destroy() {
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", redraw);
      chart.destroy();
    },
  };
}
