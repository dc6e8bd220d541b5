interface Props {
  readonly history: readonly { readonly requests: number; readonly errors: number }[];
}

const width = 120;
const height = 24;

/** Requests over the range as small bars, the part that failed in another colour. The figures beside it say the same. */
export function Sparkline({ history }: Props) {
  const most = Math.max(1, ...history.map(({ requests }) => requests));
  const step = width / history.length;
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      {history.map(({ requests, errors }, index) => {
        const all = (requests / most) * height;
        const failed = (errors / most) * height;
        const place = { x: index * step, width: step - 1 };
        return (
          <g key={index}>
            <rect class="ok" {...place} y={height - all} height={all} />
            <rect class="failed" {...place} y={height - failed} height={failed} />
          </g>
        );
      })}
    </svg>
  );
}
