import { h } from './dom.js';

export interface Choice {
  /** The word on the button that does it. */
  readonly verb: string;
  /** Says what it does, where there are others to choose from. */
  readonly text?: string;
  readonly grave: boolean;
}

export interface Question<C extends Choice> {
  readonly title: string;
  readonly text: string;
  readonly choices: readonly C[];
}

/** Asks before something is done. Returns what is chosen, `undefined` for nothing; the focus goes back to its place. */
export function answerTo<C extends Choice>({ title, text, choices }: Question<C>): Promise<C | undefined> {
  const leave = h(
    'button',
    { type: 'button', class: 'plain', autofocus: true, onclick: () => dialog.close() },
    'Leave it',
  );
  const buttons = choices.map(({ verb, text: meaning, grave }, i) => {
    const answer = () => dialog.close(String(i));
    const described = meaning === undefined ? undefined : `choice-${i}`;
    return h(
      'button',
      {
        type: 'button',
        class: grave ? 'grave' : choices.length > 1 ? undefined : 'main',
        'aria-describedby': described,
        onclick: answer,
      },
      verb,
    );
  });
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'question-title', 'aria-describedby': 'question-text' },
    h('h2', { id: 'question-title' }, title),
    h('p', { id: 'question-text' }, text),
    ...(choices.length > 1 ? [listed(choices, buttons)] : []),
    h('div', { class: 'actions' }, leave, ...(choices.length > 1 ? [] : buttons)),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === '' ? undefined : choices[Number(dialog.returnValue)]);
    });
  });
}

/** Several answers, each with what it does beside it. */
function listed(choices: readonly Choice[], buttons: readonly HTMLElement[]): HTMLElement {
  return h(
    'div',
    { class: 'choices-of-question' },
    ...choices.flatMap(({ text = '' }, i) => [buttons[i], h('span', { id: `choice-${i}` }, text)]),
  );
}
