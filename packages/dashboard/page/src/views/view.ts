import type { Model } from '../state/model.js';

/** One of the page's views. It is made when it is shown, and told of every frame while it is. */
export interface View {
  /** The name in the title of the window. */
  readonly title: string;
  readonly element: HTMLElement;
  update(model: Model): void;
  /** Writes what is out of sight, too: for paper. */
  showAll?(): void;
}
