// The value of a journey's cart over its events.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MarkKind, Step } from '../charts/cart_steps.ts';
import { stepPath, steps, ticks, timeTicks } from '../charts/cart_steps.ts';
import type { JourneyDetail } from '../contract.ts';
import { useReader } from '../context.ts';
import { stopwatch } from '../format.ts';

const HEIGHT = 240;
const PAD = { top: 18, right: 20, bottom: 30, left: 64 };
const FIRST_WIDTH = 800;
const MARK = 6;

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(280, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

// Up, down, square, cross, ring: each kind has a shape of its own.
function Mark({ kind, x, y }: { kind: MarkKind; x: number; y: number }) {
  const m = MARK;
  const shape = {
    add: <path d={`M${x} ${y - m}l${m} ${m * 1.7}h${-2 * m}z`} />,
    remove: <path d={`M${x} ${y + m}l${m} ${-m * 1.7}h${-2 * m}z`} />,
    pay: <rect x={x - m * 0.8} y={y - m * 0.8} width={m * 1.6} height={m * 1.6} />,
    decline: <path d={`M${x - m} ${y - m}l${2 * m} ${2 * m}M${x + m} ${y - m}l${-2 * m} ${2 * m}`} />,
    end: <circle cx={x} cy={y} r={m} />,
  }[kind];
  return <g class={`mark mark-${kind}`}>{shape}</g>;
}

function Legend({ kinds }: { kinds: ReadonlySet<MarkKind> }) {
  const { words } = useReader();
  const names: [MarkKind, string][] = [
    ['add', words.journey.legendAdd],
    ['remove', words.journey.legendRemove],
    ['pay', words.journey.legendPay],
    ['decline', words.journey.legendDecline],
    ['end', words.journey.legendEnd],
  ];
  return (
    <ul class="legend" aria-hidden="true">
      {names
        .filter(([kind]) => kinds.has(kind))
        .map(([kind, name]) => (
          <li key={kind}>
            <svg viewBox="0 0 16 16" class="legend-mark" focusable="false">
              <Mark kind={kind} x={8} y={8} />
            </svg>
            {name}
          </li>
        ))}
    </ul>
  );
}

interface Scales {
  readonly x: (ms: number) => number;
  readonly y: (minor: number) => number;
  readonly right: number;
}

function Axes(props: { scales: Scales; values: number[]; times: number[]; decimals: number }) {
  const { format } = useReader();
  const { x, y, right } = props.scales;
  const bottom = HEIGHT - PAD.bottom;
  return (
    <g class="axis">
      {props.values.map((value) => (
        <g key={value}>
          <line x1={PAD.left} x2={right} y1={y(value)} y2={y(value)} class={value === 0 ? 'base' : 'grid'} />
          <text x={PAD.left - 10} y={y(value) + 4} text-anchor="end">
            {format.amount(value, props.decimals)}
          </text>
        </g>
      ))}
      {props.times.map((at) => (
        <text key={at} x={x(at)} y={bottom + 20} text-anchor="middle">
          {stopwatch(at)}
        </text>
      ))}
    </g>
  );
}

function Plot({ points, decimals, label }: { points: readonly Step[]; decimals: number; label: string }) {
  const { ref, width } = useWidth();
  const longest = Math.max(1000, points.at(-1)?.atMs ?? 0);
  const peak = Math.max(1, ...points.map((p) => p.valueMinor));
  const values = ticks(peak, 4);
  const top = values.at(-1) ?? peak;
  const right = width - PAD.right;
  const bottom = HEIGHT - PAD.bottom;
  const scales: Scales = {
    right,
    x: (ms) => Math.round((PAD.left + (ms / longest) * (right - PAD.left)) * 10) / 10,
    y: (minor) => Math.round((bottom - (minor / top) * (bottom - PAD.top)) * 10) / 10,
  };
  const at = points.map((p) => ({ x: scales.x(p.atMs), y: scales.y(p.valueMinor), p }));
  const path = stepPath(at);
  const first = at[0]?.x ?? PAD.left;
  const last = at.at(-1)?.x ?? right;
  const times = timeTicks(longest, Math.max(2, Math.floor(width / 110)));
  return (
    <div ref={ref} class="chart">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={label}>
        <Axes scales={scales} values={values} times={times} decimals={decimals} />
        <path class="area" d={`${path}V${bottom}H${first}z`} />
        <path class="line" d={path} data-last={last} />
        {at.map(({ x, y, p }) => p.mark !== null && <Mark key={p.id} kind={p.mark} x={x} y={y} />)}
      </svg>
    </div>
  );
}

export function CartChart({ detail }: { detail: JourneyDetail }) {
  const { words, format } = useReader();
  const { journey, events } = detail;
  const points = steps(events);
  const peak = Math.max(0, ...points.map((p) => p.valueMinor));
  if (peak === 0) return <p class="quiet">{words.journey.noChart}</p>;
  const money = (minor: number) => format.money(minor, journey.currency, journey.decimals);
  const label = words.journey.chartLabel(
    format.count(events.length),
    stopwatch(points.at(-1)?.atMs ?? 0),
    money(peak),
    money(points.at(-1)?.valueMinor ?? 0),
  );
  const kinds = new Set(points.flatMap((p) => (p.mark === null ? [] : [p.mark])));
  return (
    <figure class="chart-figure">
      <Plot points={points} decimals={journey.decimals} label={label} />
      <Legend kinds={kinds} />
    </figure>
  );
}
