import type { Edge } from "../api.ts";
import { layoutServices } from "../layout.ts";

interface Props {
  readonly services: readonly string[];
  readonly edges: readonly Edge[];
}

const boxWidth = 132;
const boxHeight = 34;
const columnWidth = 230;
const rowHeight = 58;
const margin = 12;

/** Who calls whom: callers to the left of what they call. The list below says the same in words. */
export function ServiceMap({ services, edges }: Props) {
  const places = layoutServices(services, edges);
  const columns = 1 + Math.max(0, ...[...places.values()].map(({ column }) => column));
  const rows = 1 + Math.max(0, ...[...places.values()].map(({ row }) => row));
  const width = columns * columnWidth - (columnWidth - boxWidth) + 2 * margin;
  const height = rows * rowHeight - (rowHeight - boxHeight) + 2 * margin;
  const at = (name: string) => {
    const { column, row } = places.get(name) ?? { column: 0, row: 0 };
    return { x: margin + column * columnWidth, y: margin + row * rowHeight };
  };
  return (
    <figure class="map">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label="Map of services, listed below"
      >
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8z" />
          </marker>
        </defs>
        {edges.map((edge) => {
          const from = at(edge.from);
          const to = at(edge.to);
          return (
            <path
              key={`${edge.from} ${edge.to}`}
              class={edge.errors > 0 ? "edge failing" : "edge"}
              d={curve(from.x + boxWidth, from.y + boxHeight / 2, to.x - 2, to.y + boxHeight / 2)}
              marker-end="url(#arrow)"
            />
          );
        })}
        {[...places.keys()].map((name) => {
          const { x, y } = at(name);
          return (
            <g key={name}>
              <rect class="node" x={x} y={y} width={boxWidth} height={boxHeight} rx="6" />
              <text x={x + boxWidth / 2} y={y + boxHeight / 2 + 4.5} text-anchor="middle">
                {shortened(name)}
              </text>
            </g>
          );
        })}
      </svg>
      <figcaption>
        <ul>
          {edges.map(({ from, to, calls, errors }) => (
            <li key={`${from} ${to}`}>
              {from} → {to}: {calls} calls{errors > 0 && <strong>, {errors} failed</strong>}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function curve(x1: number, y1: number, x2: number, y2: number): string {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

function shortened(name: string): string {
  return name.length <= 17 ? name : `${name.slice(0, 16)}…`;
}
