import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { MetricChart } from "../api.ts";
import { clock, inUnit, rate, time } from "../format.ts";
import { color } from "../theme.ts";
import { Empty } from "./empty.tsx";

const height = 320;

/** Colours of lines, names of the style sheet. */
const lineColors = ["line1", "line2", "line3", "line4", "line5", "line6", "line7", "line8"] as const;

interface Dot {
  readonly left: number;
  readonly top: number;
  readonly traceId: string;
  readonly label: string;
}

/** A chart with its legend; dots are single requests and open their trace. */
export function Chart({ chart }: { readonly chart: MetricChart }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(chart);
  latest.current = chart;
  const [dots, setDots] = useState<readonly Dot[]>([]);
  const format = (value: number) => (chart.statistic === "rate" ? rate(value) : inUnit(value, chart.unit));
  const shape = `${chart.name} ${chart.statistic} ${chart.lines.map(({ label }) => label).join("|")}`;

  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const draw = () => {
      plot.current?.destroy();
      const showDots = (drawn: uPlot) => setDots(dotsOf(latest.current, drawn, format));
      plot.current = new uPlot(optionsFor(chart, element.clientWidth, format, showDots), dataOf(chart), element);
    };
    draw();
    addEventListener("resize", draw);
    return () => {
      removeEventListener("resize", draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
    // The chart is made anew when its lines change; new values only go into it.
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(dataOf(chart));
  }, [chart]);

  return (
    <>
      <div class="chart" ref={holder}>
        <ul class="dots" aria-label="Requests with a trace">
          {dots.map(({ left, top, traceId, label }) => (
            <li key={`${traceId} ${left}`}>
              <a
                href={`/traces/${traceId}`}
                style={{ left: `${left}px`, top: `${top}px` }}
                aria-label={label}
                title={label}
              />
            </li>
          ))}
        </ul>
      </div>
      {chart.lines.length === 0 && <Empty>No values in this time.</Empty>}
      <Legend chart={chart} format={format} />
    </>
  );
}

function Legend({ chart, format }: { readonly chart: MetricChart; readonly format: (value: number) => string }) {
  if (chart.lines.length === 0) return null;
  const hidden = chart.lineCount - chart.lines.length;
  return (
    <table class="legend">
      <caption class="hidden">Latest values</caption>
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col" class="number">
            Now
          </th>
          <th scope="col" class="number">
            Most
          </th>
        </tr>
      </thead>
      <tbody>
        {chart.lines.map(({ label, values }, index) => {
          const known = values.filter((value) => value !== null);
          return (
            <tr key={label}>
              <th scope="row">
                <i class={colorOf(index)} />
                {label || "all"}
              </th>
              <td class="number">{format(known.at(-1) ?? 0)}</td>
              <td class="number">{format(Math.max(...known))}</td>
            </tr>
          );
        })}
        {hidden > 0 && (
          <tr>
            <td colSpan={3}>and {hidden} more: group by a label with fewer values, or choose a service</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function dataOf({ timesUs, lines }: MetricChart): uPlot.AlignedData {
  return [timesUs.map((timeUs) => timeUs / 1e6), ...lines.map(({ values }) => [...values])];
}

type Format = (value: number) => string;

function optionsFor(chart: MetricChart, width: number, format: Format, onDrawn: (plot: uPlot) => void): uPlot.Options {
  const axis = {
    stroke: color("muted"),
    grid: { stroke: color("grid"), width: 1 },
    ticks: { stroke: color("grid"), width: 1 },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_plot, min, max) => [Math.min(0, min), max > 0 ? max * 1.1 : 1] } },
    hooks: { draw: [onDrawn] },
    axes: [
      { ...axis, size: 34, values: (_plot, seconds) => seconds.map((second) => time(second * 1e6)) },
      { ...axis, size: 76, values: (_plot, values) => values.map(format) },
    ],
    series: [
      {},
      ...chart.lines.map((_, index) => ({
        stroke: color(colorOf(index)),
        width: 2,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}

function colorOf(index: number): string {
  return lineColors[index % lineColors.length] ?? "line1";
}

/** Places of the exemplars, for metrics whose values they share. */
function dotsOf(chart: MetricChart, plot: uPlot, format: (value: number) => string): Dot[] {
  if (chart.type !== "histogram" || chart.statistic === "rate") return [];
  const {
    left,
    top,
    width,
    height: innerHeight,
  } = {
    left: plot.bbox.left / devicePixelRatio,
    top: plot.bbox.top / devicePixelRatio,
    width: plot.bbox.width / devicePixelRatio,
    height: plot.bbox.height / devicePixelRatio,
  };
  return chart.exemplars
    .map(({ timeUs, value, traceId }) => ({
      left: left + plot.valToPos(timeUs / 1e6, "x"),
      top: top + Math.max(0, plot.valToPos(value, "y")),
      traceId,
      label: `${format(value)} at ${clock(timeUs)}: open its trace`,
    }))
    .filter((dot) => dot.left >= left && dot.left <= left + width && dot.top <= top + innerHeight);
}
