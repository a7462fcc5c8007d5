// A drawing of what happens over time: lanes, bars and calls on one axis, in colours for light and dark pages.
const WIDTH = 760;
const LEFT = 150;
const RIGHT = 720;

/** Kinds of bars and marks: the fill and the ink on it, on light and on dark pages. */
const KINDS = {
  good: ['#a6d5ae', '#0f3d1a', '#2c6340', '#d9f5e0'],
  bad: ['#eda093', '#4a0f08', '#87372b', '#ffe2dc'],
  warn: ['#f4d99a', '#4d3800', '#75590f', '#ffedc2'],
  calm: ['#b9d3ee', '#12304f', '#2b4d75', '#deecff'],
  idle: ['#e6e6df', '#3a3f47', '#353c45', '#d3d8de'],
};
const PAGE = {
  ground: ['#fcfcfa', '#171b20'],
  edge: ['#d9d9d1', '#363e48'],
  ink: ['#2b3037', '#e4e7ea'],
  soft: ['#62697a', '#9da7b4'],
  good: ['#2e7d4a', '#6fcf8f'],
  bad: ['#b8402e', '#f08c7c'],
  warn: ['#8a6410', '#e8c264'],
  calm: ['#2f6cab', '#8cbcf0'],
};

/** A picture whose axis runs from 0 to `until`. `what` tells in words what it shows, for those who cannot see it. */
export class Canvas {
  #parts = [];
  #height;

  constructor({ title, what, until, from = 0 }) {
    Object.assign(this, { title, what, until, from });
  }

  x(at) {
    return round(LEFT + ((at - this.from) / (this.until - this.from)) * (RIGHT - LEFT));
  }

  /** The name of a lane, and under it what is seen there. */
  lane(y, name, under = '') {
    this.#text({ x: 20, y: y + 4, text: name, kind: 'ink', weight: 600 });
    if (under !== '') this.#text({ x: 20, y: y + 20, text: under, kind: 'soft', size: 12 });
  }

  /** A length of time: its text stands in the middle. */
  bar({ y, from, to, kind, text = '', height = 26, dashed = false }) {
    const [left, right] = [this.x(from), this.x(to)];
    const width = round(Math.max(3, right - left - 2));
    const style = dashed ? 'class="dashed"' : `class="${kind}"`;
    this.#parts.push(`<rect x="${left}" y="${y - height / 2}" width="${width}" height="${height}" rx="4" ${style}/>`);
    const ink = dashed ? 'soft' : `on-${kind}`;
    if (text !== '')
      this.#text({ x: (left + left + width) / 2, y: y + 4, text, kind: ink, anchor: 'middle', size: 12 });
  }

  /** Calls as dots: filled ones reached the provider, hollow ones did not. */
  calls(y, calls) {
    for (const { at, kind, hollow = false, up = 0 } of calls) {
      const circle = `cx="${this.x(at)}" cy="${round(y - up)}" r="${hollow ? 3.4 : 4}"`;
      this.#parts.push(`<circle ${circle} class="${hollow ? 'hollow ' : ''}mark-${kind}"/>`);
    }
  }

  /** An arrow from one lane to another, or one that is `broken` off and arrives nowhere. */
  arrow({ at, to = at, from, until, kind = 'soft', broken = false }) {
    const [x1, x2] = [this.x(at), this.x(to)];
    this.#parts.push(`<path d="M${x1} ${from}L${x2} ${until}" class="line line-${kind}"/>`);
    if (broken) this.#cross(x2, until);
    else this.#parts.push(tipOf(x1, from, x2, until, kind));
  }

  #cross(x, y) {
    const [l, r, t, b] = [x - 5, x + 5, y - 5, y + 5].map(round);
    this.#parts.push(`<path d="M${l} ${t}L${r} ${b}M${r} ${t}L${l} ${b}" class="line line-bad thick"/>`);
  }

  note({ at, y, text, kind = 'soft', anchor = 'start', size = 12 }) {
    this.#text({ x: this.x(at), y, text, kind, anchor, size });
  }

  /** A moment, through several lanes. */
  moment(at, from, until) {
    this.#parts.push(`<path d="M${this.x(at)} ${from}V${until}" class="moment"/>`);
  }

  /** A value over time, from 0 at `y` to 1 at `y - height`. */
  curve({ y, height, points, kind, filled = false }) {
    const path = points.map(([at, value]) => `${this.x(at)} ${round(y - value * height)}`).join('L');
    if (filled) {
      const [first, last] = [this.x(points[0][0]), this.x(points.at(-1)[0])];
      this.#parts.push(`<path d="M${first} ${y}L${path}L${last} ${y}Z" class="${kind}" fill-opacity=".5"/>`);
    }
    this.#parts.push(`<path d="M${path}" class="line line-${kind} thick"/>`);
  }

  rule(y) {
    this.#parts.push(`<path d="M${LEFT} ${y}H${RIGHT}" class="moment"/>`);
  }

  /** The axis, at the foot of the picture. `ticks` are `[at, text]`. */
  axis(y, ticks) {
    this.#parts.push(`<path d="M${LEFT} ${y}H${RIGHT}" class="line line-soft"/>`);
    for (const [at, text] of ticks) {
      this.#parts.push(`<path d="M${this.x(at)} ${y - 3}v6" class="line line-soft"/>`);
      this.#text({ x: this.x(at), y: y + 19, text, kind: 'soft', anchor: 'middle', size: 12 });
    }
    this.#height = y + 34;
  }

  /** The height of a picture without an axis. */
  set height(height) {
    this.#height = height;
  }

  #text({ x, y, text, kind, anchor = 'start', size = 13, weight }) {
    const bold = weight === undefined ? '' : ` font-weight="${weight}"`;
    const place = `x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}"`;
    this.#parts.push(`<text ${place}${bold} class="text-${kind}">${escaped(text)}</text>`);
  }

  toString() {
    const size = `viewBox="0 0 ${WIDTH} ${this.#height}" width="${WIDTH}" height="${this.#height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="title what">
<title id="title">${escaped(this.title)}</title>
<desc id="what">${escaped(this.what)}</desc>
<style>
${style()}
</style>
<rect x=".5" y=".5" width="${WIDTH - 1}" height="${this.#height - 1}" rx="12" class="page"/>
${this.#parts.join('\n')}
</svg>
`;
  }
}

function style() {
  const common = `text{font-family:ui-sans-serif,system-ui,sans-serif}.line{fill:none;stroke-width:1.5}.thick{stroke-width:2.5;stroke-linejoin:round}`;
  return `${common}\n${colours(0)}\n@media (prefers-color-scheme:dark){\n${colours(1)}\n}`;
}

function colours(scheme) {
  const page = (name) => PAGE[name][scheme];
  const bars = Object.entries(KINDS).map(
    ([name, colours]) => `.${name}{fill:${colours[scheme * 2]}}.text-on-${name}{fill:${colours[scheme * 2 + 1]}}`,
  );
  const inks = ['ink', 'soft', 'good', 'bad', 'warn', 'calm'].map(
    (name) =>
      `.text-${name}{fill:${page(name)}}.line-${name}{stroke:${page(name)}}.mark-${name},.tip-${name}{fill:${page(name)}}`,
  );
  return [
    `.page{fill:${page('ground')};stroke:${page('edge')}}`,
    `.dashed{fill:none;stroke:${page('soft')};stroke-dasharray:4 4}`,
    `.moment{fill:none;stroke:${page('edge')};stroke-dasharray:3 4}`,
    ...bars,
    ...inks,
    `.hollow{fill:${page('ground')};stroke:${page('soft')};stroke-width:1.4}`,
  ].join('');
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
