/** The element of index.html with this id. Throws when the page and its program do not fit. */
export function byId<T extends Element = HTMLElement>(id: string, kind?: new () => T): T {
  const element = document.getElementById(id);
  if (element === null || (kind !== undefined && !(element instanceof kind))) {
    throw new Error(`index.html has no #${id} of the expected kind`);
  }
  return element as Element as T;
}

/** A new element with a class and children; text is never read as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/** Sets the text only when it differs, so that screen readers hear real changes only. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
