import uPlot from 'uplot';
import type { SecondView, SliceView } from '../../../src/wire/frame.js';
import { colors, onScheme } from './colors.js';
import { duration, number } from './format.js';

const SECONDS = 300;
const HEIGHT = 150;
/** Between the lines of the grid: whole calls, and milliseconds. */
const STEPS = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

interface Line {
  readonly label: string;
  readonly color: () => string;
  readonly fill?: boolean;
}

/** A chart of the last five minutes. Its numbers are in the table beneath it, for those who cannot see it. */
class Chart {
  readonly element = document.createElement('div');
  private plot: uPlot | undefined;
  private data: uPlot.AlignedData = [[]];
  private at = 0;

  constructor(
    private readonly name: string,
    private readonly lines: readonly Line[],
    private readonly format: (value: number) => string,
  ) {
    this.element.className = 'chart';
    this.element.setAttribute('role', 'img');
    new ResizeObserver(() => this.plot?.setSize({ width: this.element.clientWidth, height: HEIGHT })).observe(
      this.element,
    );
    onScheme(this.element, () => {
      this.make();
      this.draw();
    });
  }

  set(data: uPlot.AlignedData, at: number, spoken: string): void {
    this.data = data;
    this.at = at;
    this.element.setAttribute('aria-label', `${this.name}, last five minutes. ${spoken}`);
    if (this.plot === undefined) this.make();
    this.draw();
  }

  private draw(): void {
    const { data } = this;
    const now = Math.floor(this.at / 1000);
    this.plot?.batch(() => {
      this.plot!.setData(data, false);
      this.plot!.setScale('x', { min: now - SECONDS + 1, max: now });
      const most = Math.max(0, ...data.slice(1).flatMap((values) => [...values].map((value) => value ?? 0)));
      this.plot!.setScale('y', { min: 0, max: most === 0 ? 1 : most * 1.15 });
    });
  }

  private make(): void {
    if (this.element.clientWidth === 0) return;
    this.plot?.destroy();
    const { faint, line } = colors();
    const axis = {
      stroke: faint,
      font: '11px ui-sans-serif, system-ui, sans-serif',
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
    };
    this.plot = new uPlot(
      {
        width: this.element.clientWidth,
        height: HEIGHT,
        padding: [8, 22, 0, 0],
        legend: { show: true, live: true },
        cursor: { sync: { key: 'provider' }, y: false, points: { size: 6 } },
        scales: { x: { time: true, auto: false }, y: { auto: false } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 24,
            gap: 4,
            space: 90,
            values: [[1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]],
          },
          {
            ...axis,
            size: 52,
            space: 36,
            incrs: STEPS,
            values: (_, values) => values.map((value) => this.format(value)),
          },
        ],
        series: [
          { value: '{HH}:{mm}:{ss}', label: 'Time' },
          ...this.lines.map(({ label, color, fill }) => ({
            label,
            stroke: color(),
            width: 1.5,
            ...(fill && { fill: `${color()}33` }),
            points: { show: false },
            spanGaps: false,
            value: (_: uPlot, value: number | null) => (value === null ? '–' : this.format(value)),
          })),
        ],
      },
      this.data,
      this.element,
    );
  }
}

/** Calls a second, by how they ended. */
export class CallsChart {
  private readonly chart = new Chart(
    'Calls per second',
    [
      { label: 'well', color: () => colors().ok, fill: true },
      { label: 'failed', color: () => colors().bad, fill: true },
      { label: 'refused', color: () => colors().refused, fill: true },
      { label: 'other', color: () => colors().other },
    ],
    number,
  );
  readonly element = this.chart.element;

  set(seconds: readonly SecondView[], at: number): void {
    const now = Math.floor(at / 1000);
    const byAt = new Map(seconds.map((second) => [second[0], second]));
    // The second that goes on is not told yet: it would look like a dip.
    const times = Array.from({ length: SECONDS - 1 }, (_, i) => now - SECONDS + 1 + i);
    const column = (i: 1 | 2 | 3 | 4) => times.map((time) => byAt.get(time)?.[i] ?? 0);
    const last = byAt.get(now - 1);
    const spoken =
      last === undefined
        ? 'None in the last second.'
        : `In the last second ${last[1]} well, ${last[2]} failed, ${last[3]} refused.`;
    this.chart.set([times, column(1), column(2), column(3), column(4)], at, spoken);
  }
}

/** How long calls took. */
export class DurationsChart {
  private readonly chart = new Chart(
    'Durations',
    [
      { label: 'p50', color: () => colors().mid },
      { label: 'p95', color: () => colors().ok },
      { label: 'p99', color: () => colors().bad },
    ],
    duration,
  );
  readonly element = this.chart.element;

  set(slices: readonly SliceView[], at: number): void {
    const times = slices.map(([time]) => time);
    const last = slices.at(-1);
    const spoken =
      last === undefined
        ? 'None are known.'
        : `Lately half within ${duration(last[1])}, 95 in 100 within ${duration(last[2])}, 99 within ${duration(last[3])}.`;
    this.chart.set(
      [times, slices.map(([, p50]) => p50), slices.map(([, , p95]) => p95), slices.map(([, , , p99]) => p99)],
      at,
      spoken,
    );
  }
}
