import { h } from './dom.js';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly grave: boolean;
}

/** Asks before something is done. The focus goes back to where it was. */
export function confirmed({ title, text, verb, grave }: Question): Promise<boolean> {
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
    h('h2', { id: 'confirm-title' }, title),
    h('p', { id: 'confirm-text' }, text),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'plain', autofocus: true, onclick: () => dialog.close('no') }, 'Leave it'),
      h('button', { type: 'button', class: grave ? 'grave' : 'main', onclick: () => dialog.close('yes') }, verb),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
