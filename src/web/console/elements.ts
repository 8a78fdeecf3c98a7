import { make } from '../dom.js';
import type { TextKey } from '../texts.js';
import type { Words } from '../words.js';

/** An element whose text is said in the language of the page, also when that changes. */
export function told<K extends keyof HTMLElementTagNameMap>(
  words: Words,
  tag: K,
  className: string,
  key: TextKey,
): HTMLElementTagNameMap[K] {
  const element = make(tag, className, words.say(key));
  element.dataset['t'] = key;
  return element;
}

export function button(
  words: Words,
  className: string,
  key: TextKey,
  onClick: () => void,
): HTMLButtonElement {
  const element = told(words, 'button', className, key);
  element.type = 'button';
  element.addEventListener('click', onClick);
  return element;
}

/** Names an element that has no text of its own. */
export function named<T extends HTMLElement>(words: Words, element: T, key: TextKey): T {
  element.dataset['tLabel'] = key;
  element.setAttribute('aria-label', words.say(key));
  return element;
}

export interface Cell {
  readonly content: Node | string;
  readonly className?: string;
}

/** A table with a caption for screen readers and heads that are said. It scrolls within its box. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
): HTMLElement {
  const head = make('tr', '', ...heads.map((text, at) => column(text, rows[0]?.[at]?.className)));
  const body = rows.map((cells) => {
    const [first, ...rest] = cells;
    const name = make('th', first?.className ?? '', first?.content ?? '');
    name.scope = 'row';
    return make(
      'tr',
      '',
      name,
      ...rest.map(({ content, className }) => make('td', className ?? '', content)),
    );
  });
  const element = make(
    'table',
    '',
    make('caption', 'unseen', caption),
    make('thead', '', head),
    make('tbody', '', ...body),
  );
  const box = make('div', 'table-box', element);
  // It scrolls where it is too wide, so the keyboard must reach it.
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', caption);
  return box;
}

/** Stands as its numbers do. */
function column(text: string, className = ''): HTMLTableCellElement {
  const cell = make('th', className, text);
  cell.scope = 'col';
  return cell;
}
