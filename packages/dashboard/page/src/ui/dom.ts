type Child = Node | string | undefined | false;

interface Attributes {
  readonly [name: string]: string | boolean | undefined | ((event: Event) => void);
}

/** Makes an element. Attributes that begin with `on` are listeners; `undefined` and `false` leave one out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Sets a text, where it is another: so that nothing is laid out again that stays the same. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Puts children into an order without touching those that stand right. The focus goes along with its element. */
export function arrange(parent: Element, children: readonly Element[]): void {
  const focused = document.activeElement;
  children.forEach((child, i) => {
    const standing = parent.children[i];
    if (standing !== child) parent.insertBefore(child, standing ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild!.remove();
  const isLost = focused instanceof HTMLElement && document.activeElement !== focused && parent.contains(focused);
  if (isLost) focused.focus({ preventScroll: true });
}
