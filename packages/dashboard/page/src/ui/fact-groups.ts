import type { FactGroup } from '../views/policy-facts.js';
import { h, setAttribute, setText } from './dom.js';

/** Facts in groups. Where the same are shown again, only their values are written. */
export class FactGroups {
  readonly element = h('div', { class: 'groups' });
  private shape = '';
  private values: HTMLElement[] = [];
  private bars: (HTMLElement | undefined)[] = [];

  set(groups: readonly FactGroup[]): void {
    const shape = JSON.stringify(
      groups.map(({ title, facts }) => [title, facts.map(({ name, taken }) => [name, taken !== undefined])]),
    );
    if (shape !== this.shape) this.make(groups);
    this.shape = shape;
    groups
      .flatMap(({ facts }) => facts)
      .forEach(({ value, taken }, i) => {
        setText(this.values[i]!, value);
        const bar = this.bars[i];
        if (bar === undefined || taken === undefined) return;
        bar.style.setProperty('--taken', String(Math.min(1, taken)));
        setAttribute(bar, 'data-full', taken >= 0.9 ? '' : undefined);
      });
  }

  private make(groups: readonly FactGroup[]): void {
    this.values = [];
    this.bars = [];
    this.element.replaceChildren(
      ...groups.map(({ title, facts }) =>
        h(
          'section',
          { class: 'group' },
          h('h3', {}, title),
          h(
            'dl',
            {},
            ...facts.map(({ name, taken }) => {
              const value = h('span');
              const bar = taken === undefined ? undefined : h('i', { class: 'share', 'aria-hidden': 'true' });
              this.values.push(value);
              this.bars.push(bar);
              return h('div', {}, h('dt', {}, name), h('dd', {}, value, bar));
            }),
          ),
        ),
      ),
    );
  }
}
