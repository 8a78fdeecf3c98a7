import { Emitter } from '../runtime/emitter.js';
import { byId } from './dom.js';

/**
 * A switch between panes, as the WAI-ARIA pattern for tabs has it: one stop for the tab key, arrows, Home and End inside.
 *
 * @typeParam Name - of the panes; their elements are `#{prefix}-{name}` (tab) and `#pane-{name}`.
 */
export class Tabs<Name extends string> {
  readonly events = new Emitter<{ shown: [name: Name] }>();
  readonly #names: readonly Name[];
  readonly #prefix: string;
  #shown: Name;

  constructor(prefix: string, names: readonly [Name, ...Name[]]) {
    this.#prefix = prefix;
    this.#names = names;
    this.#shown = names[0];
    for (const name of names) {
      this.#tab(name).addEventListener('click', () => this.show(name));
      this.#tab(name).addEventListener('keydown', (event) => this.#key(event));
    }
  }

  get shown(): Name {
    return this.#shown;
  }

  show(name: Name): void {
    if (name === this.#shown) return;
    this.#shown = name;
    for (const other of this.#names) {
      const isShown = other === name;
      const tab = this.#tab(other);
      tab.setAttribute('aria-selected', String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      byId(`pane-${other}`).hidden = !isShown;
    }
    this.events.emit('shown', name);
  }

  #tab(name: Name): HTMLButtonElement {
    return byId(`${this.#prefix}-${name}`, HTMLButtonElement);
  }

  #key(event: KeyboardEvent): void {
    const at = this.#names.indexOf(this.#shown);
    const last = this.#names.length - 1;
    const aim = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    const name = aim === undefined ? undefined : this.#names[aim];
    if (name === undefined) return;
    event.preventDefault();
    this.show(name);
    this.#tab(name).focus();
  }
}
