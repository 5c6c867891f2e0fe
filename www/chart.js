// The chart of a number over time: uPlot in this page's colours. Fetched when it is first shown.
import uPlot from "./uplot/uPlot.esm.js";

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = "uplot/uPlot.min.css";
document.head.append(style);

const time = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

// Makes a chart in `host` and gives back how to `set` its columns (seconds, numbers) and to
// `destroy` it. Colours are the host's own: its text's, and those of its two borders.
export function draw(host) {
  const colours = getComputedStyle(host);
  const mark = colours.color;
  const ink = colours.borderTopColor;
  const line = colours.borderBottomColor;
  const font = `12px ${colours.fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
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
  return {
    set: (columns) => chart.setData(columns),
    destroy() {
      resized.disconnect();
      chart.destroy();
    },
  };
}
