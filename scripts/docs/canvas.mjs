// A drawing of what happens over time: lanes, bars and calls on one axis, in colours for light and dark pages.
import { pictureStyle } from './picture-style.mjs';

/** The names of lanes stand beside them, or, on a page as narrow as a phone, above. */
const WIDE = { width: 760, left: 150, right: 720, above: 0 };
const NARROW = { width: 400, left: 14, right: 386, above: 24 };
/** How far the things of a lane reach up from its middle, unless it says otherwise. */
const REACH = 26;
/** The width of a letter, as part of the size of its font: about, and rather too much. */
const LETTER = 0.56;

/** A picture whose axis runs from 0 to `until`. `what` tells in words what it shows, for those who cannot see it. */
export class Canvas {
  #parts = [];
  #lanes = [];
  /** The names of lanes above them: over the arrows that cross them. */
  #names = [];
  #layout = WIDE;
  #height;

  constructor({ title, what, until, from = 0 }) {
    Object.assign(this, { title, what, until, from });
  }

  x(at) {
    const { left, right } = this.#layout;
    return round(left + ((at - this.from) / (this.until - this.from)) * (right - left));
  }

  /** Where a height stands in this layout: below the names of the lanes that begin above it. */
  #y(y) {
    return round(y + this.#layout.above * this.#lanes.filter((top) => y >= top).length);
  }

  /** The name of a lane, and what is seen there. `reach` is how far its things reach up from `y`. */
  lane(y, name, under = '', reach = REACH) {
    const top = y - reach;
    if (name !== '') this.#lanes.push(top);
    this.#parts.push(() => {
      if (this.#layout === WIDE) {
        const below = under === '' ? '' : `\n${this.#text({ x: 20, y: y + 20, text: under, kind: 'soft', size: 12 })}`;
        return this.#text({ x: 20, y: y + 4, text: name, kind: 'ink', weight: 600 }) + below;
      }
      return '';
    });
    this.#names.push(() => {
      if (name === '') return '';
      const at = this.#y(top) - this.#layout.above + 16;
      const { left: x } = this.#layout;
      const beside = { x: x + widthOf(name, 15) + 8, y: at, text: under, kind: 'soft', size: 12 };
      return (
        this.#text({ x, y: at, text: name, kind: 'ink', weight: 600, isPlaced: true }) +
        (under === '' ? '' : this.#text({ ...beside, isPlaced: true }))
      );
    });
  }

  /** A length of time: its text stands in the middle, on a narrow page the `short` one, and none that has no room. */
  bar({ y, from, to, kind, text = '', short = text, height = 26, dashed = false }) {
    this.#parts.push(() => {
      const [left, right] = [this.x(from), this.x(to)];
      const width = round(Math.max(3, right - left - 2));
      const style = dashed ? 'class="dashed"' : `class="${kind}"`;
      const top = round(this.#y(y) - height / 2);
      const rect = `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="4" ${style}/>`;
      const shown = this.#layout === WIDE ? text : short;
      if (shown === '' || (this.#layout !== WIDE && widthOf(shown, 12) > width + 6)) return rect;
      const ink = dashed ? 'soft' : `on-${kind}`;
      const middle = (left + left + width) / 2;
      const size = this.#layout === WIDE ? 12 : 11;
      return `${rect}\n${this.#text({ x: middle, y: y + 4, text: shown, kind: ink, anchor: 'middle', size })}`;
    });
  }

  /** Calls as dots: filled ones reached the provider, hollow ones did not. */
  calls(y, calls) {
    this.#parts.push(() => {
      const scale = this.#layout === WIDE ? 1 : Math.min(1, 26 / calls.length + 0.4);
      const circles = calls.map(({ at, kind, hollow = false, up = 0 }) => {
        const r = round((hollow ? 3.4 : 4) * scale);
        const circle = `cx="${this.x(at)}" cy="${round(this.#y(y) - up)}" r="${r}"`;
        return `<circle ${circle} class="${hollow ? 'hollow ' : ''}mark-${kind}"/>`;
      });
      return circles.join('\n');
    });
  }

  /** An arrow from one lane to another, or one that is `broken` off and arrives nowhere. */
  arrow({ at, to = at, from, until, kind = 'soft', broken = false }) {
    this.#parts.push(() => {
      const [x1, x2, y1, y2] = [this.x(at), this.x(to), this.#y(from), this.#y(until)];
      const line = `<path d="M${x1} ${y1}L${x2} ${y2}" class="line line-${kind}"/>\n`;
      return line + (broken ? crossAt(x2, y2) : tipOf(x1, y1, x2, y2, kind));
    });
  }

  note({ at, y, text, short = text, kind = 'soft', anchor = 'start', size = 12 }) {
    this.#parts.push(() => {
      const shown = this.#layout === WIDE ? text : short;
      return shown === '' ? '' : this.#text({ x: this.x(at), y, text: shown, kind, anchor, size });
    });
  }

  /** A moment, through several lanes. */
  moment(at, from, until) {
    this.#parts.push(() => `<path d="M${this.x(at)} ${this.#y(from)}V${this.#y(until)}" class="moment"/>`);
  }

  /** A value over time, from 0 at `y` to 1 at `y - height`. */
  curve({ y, height, points, kind, filled = false }) {
    this.#parts.push(() => {
      const foot = this.#y(y);
      const path = points.map(([at, value]) => `${this.x(at)} ${round(foot - value * height)}`).join('L');
      const line = `<path d="M${path}" class="line line-${kind} thick"/>`;
      if (!filled) return line;
      const [first, last] = [this.x(points[0][0]), this.x(points.at(-1)[0])];
      return `<path d="M${first} ${foot}L${path}L${last} ${foot}Z" class="${kind}" fill-opacity=".5"/>\n${line}`;
    });
  }

  rule(y) {
    this.#parts.push(() => `<path d="M${this.#layout.left} ${this.#y(y)}H${this.#layout.right}" class="moment"/>`);
  }

  /** The axis, at the foot of the picture. `ticks` are `[at, text]`; a narrow page has the numbers alone. */
  axis(y, ticks) {
    this.#parts.push(() => {
      const { left, right } = this.#layout;
      const foot = this.#y(y);
      const parts = ticks.map(([at, text], i) => {
        const tick = `<path d="M${this.x(at)} ${foot - 3}v6" class="line line-soft"/>\n`;
        const isLast = i === ticks.length - 1;
        const shown = this.#layout === WIDE || isLast ? text : text.split(' ')[0];
        return tick + this.#text({ x: this.x(at), y: y + 19, text: shown, kind: 'soft', anchor: 'middle', size: 12 });
      });
      return [`<path d="M${left} ${foot}H${right}" class="line line-soft"/>`, ...parts].join('\n');
    });
    this.#height = y + 34;
  }

  /** The height of a picture without an axis. */
  set height(height) {
    this.#height = height;
  }

  /** `isPlaced`: the name of a lane, whose height is that of the layout already. */
  #text({ x, y, text, kind, anchor = 'start', size = 13, weight, isPlaced = false }) {
    const bold = weight === undefined ? '' : ` font-weight="${weight}"`;
    const inside = this.#layout === WIDE ? x : this.#inside(x, widthOf(text, size), anchor);
    const place = `x="${round(inside)}" y="${isPlaced ? y : this.#y(y)}" text-anchor="${anchor}" font-size="${size}"`;
    const halo = isPlaced ? ' halo' : '';
    return `<text ${place}${bold} class="text-${kind}${halo}">${escaped(text)}</text>`;
  }

  /** Moves a text that would stand out of the picture back into it. */
  #inside(x, width, anchor) {
    const { width: all } = this.#layout;
    const before = { start: 0, middle: width / 2, end: width }[anchor];
    return Math.max(before + 8, Math.min(all - 8 - (width - before), x));
  }

  /** The picture for a page that is narrow. */
  get narrow() {
    this.#layout = NARROW;
    const drawn = this.toString();
    this.#layout = WIDE;
    return drawn;
  }

  toString() {
    const { width } = this.#layout;
    const height = this.#y(this.#height);
    const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
    const drawn = this.#layout === WIDE ? this.#parts : [...this.#parts, ...this.#names];
    const parts = drawn.map((draw) => draw()).filter((part) => part !== '');
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="title what">
<title id="title">${escaped(this.title)}</title>
<desc id="what">${escaped(this.what)}</desc>
<style>
${pictureStyle({ hasHalos: this.#layout === NARROW })}
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="12" class="page"/>
${parts.join('\n')}
</svg>
`;
  }
}

function widthOf(text, size) {
  return text.length * size * LETTER;
}

function crossAt(x, y) {
  const [l, r, t, b] = [x - 5, x + 5, y - 5, y + 5].map(round);
  return `<path d="M${l} ${t}L${r} ${b}M${r} ${t}L${l} ${b}" class="line line-bad thick"/>`;
}

/** The head of an arrow. */
function tipOf(x1, y1, x2, y2, kind) {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const corner = (side) => `${round(x2 - dx * 8 - dy * 4 * side)} ${round(y2 - dy * 8 + dx * 4 * side)}`;
  return `<path d="M${round(x2)} ${round(y2)}L${corner(1)}L${corner(-1)}Z" class="tip-${kind}"/>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value) {
  return Math.round(value * 10) / 10;
}
