import type { SecondView } from '../../../src/wire/frame.js';
import { colors, onScheme } from './colors.js';

const SECONDS = 60;

/** The calls of the last minute, a bar for each second: failures stand on top of successes, refusals above. */
export class Sparkline {
  readonly element = document.createElement('canvas');
  private drawn = '';
  private latest: readonly [seconds: readonly SecondView[], at: number] = [[], 0];

  constructor() {
    this.element.className = 'spark';
    this.element.setAttribute('aria-hidden', 'true');
    onScheme(this.element, () => {
      this.drawn = '';
      this.draw(...this.latest);
    });
  }

  draw(seconds: readonly SecondView[], at: number): void {
    this.latest = [seconds, at];
    const now = Math.floor(at / 1000);
    const recent = seconds.filter(([second]) => second > now - SECONDS);
    const { clientWidth: width, clientHeight: height } = this.element;
    const key = `${now} ${width} ${recent.length === 0 ? '' : recent.join(' ')}`;
    // A minute without calls looks the same in every second of it.
    if (width === 0 || key === this.drawn || (recent.length === 0 && this.drawn.endsWith(`${width} `))) return;
    this.drawn = key;
    const context = this.canvas(width, height);
    const most = Math.max(1, ...recent.map(([, ok, failed, refused, other]) => ok + failed + refused + other));
    const { ok: okColor, bad, refused: refusedColor, other: otherColor, line } = colors();
    const step = width / SECONDS;
    context.fillStyle = line;
    context.fillRect(0, height - 1, width, 1);
    for (const [second, ok, failed, refused, other] of recent) {
      const x = (second - now + SECONDS - 1) * step;
      let top = height - 1;
      for (const [count, color] of [
        [ok, okColor],
        [other, otherColor],
        [failed, bad],
        [refused, refusedColor],
      ] as const) {
        if (count === 0) continue;
        const tall = Math.max(1.5, (count / most) * (height - 2));
        context.fillStyle = color;
        context.fillRect(x, top - tall, Math.max(1, step - 0.75), tall);
        top -= tall;
      }
    }
  }

  private canvas(width: number, height: number): CanvasRenderingContext2D {
    const scale = devicePixelRatio;
    this.element.width = Math.round(width * scale);
    this.element.height = Math.round(height * scale);
    const context = this.element.getContext('2d')!;
    context.scale(scale, scale);
    return context;
  }
}
