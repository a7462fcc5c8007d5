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

/** The style of a picture, on light pages and on dark ones. Halos keep names apart from the lines that cross them. */
export function pictureStyle({ hasHalos }) {
  const common = `text{font-family:ui-sans-serif,system-ui,sans-serif}.line{fill:none;stroke-width:1.5}.thick{stroke-width:2.5;stroke-linejoin:round}`;
  return `${common}\n${colours(0, hasHalos)}\n@media (prefers-color-scheme:dark){\n${colours(1, hasHalos)}\n}`;
}

function colours(scheme, hasHalos) {
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
    ...(!hasHalos ? [] : [`.halo{paint-order:stroke;stroke:${page('ground')};stroke-width:4px}`]),
  ].join('');
}
