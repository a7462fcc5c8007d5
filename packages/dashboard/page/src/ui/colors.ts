/** The colours of the style sheet, for what is drawn on canvases. Read again when the scheme changes. */
export function colors(): Readonly<
  Record<'ok' | 'bad' | 'refused' | 'other' | 'ink' | 'faint' | 'line' | 'paper' | 'mid', string>
> {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ok: of('ok'),
    bad: of('bad'),
    refused: of('refused'),
    other: of('other'),
    ink: of('ink'),
    faint: of('faint'),
    line: of('line'),
    paper: of('paper'),
    mid: of('mid'),
  };
}

/** Calls `listener` when the page goes from light to dark, or back, for as long as `element` is part of the page. */
export function onScheme(element: Element, listener: () => void): void {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const onChange = () => {
    if (element.isConnected) listener();
    else scheme.removeEventListener('change', onChange);
  };
  scheme.addEventListener('change', onChange);
}
