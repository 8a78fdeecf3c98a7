import { type Fields, fieldsIn, finiteOf, isFields, textOf } from '../../../vendor/index.js';
import type { ToolCall } from '../../chat-model.js';
import { isWholeJson } from '../tidy-messages.js';

interface Slot {
  readonly index: number | undefined;
  id: string | undefined;
  name: string;
  argumentsJson: string;
}

/**
 * Puts calls together out of the pieces in which they stream.
 *
 * Which piece belongs to which call is told by the index; servers that are only like OpenAI's leave it out, give every call the
 * same, send calls whole, repeat the name in each piece, give no id, or give arguments as an object.
 */
export class ToolCallSlots {
  readonly #slots: Slot[] = [];

  /** @param deltas - `tool_calls` of a delta or a message. */
  push(deltas: unknown): void {
    for (const delta of fieldsIn(deltas)) this.#add(delta);
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  /**
   * The calls, in order. Those whose arguments were cut are left out: nobody can make them.
   *
   * @param newId - an id for a call that has none.
   */
  calls(newId: () => string): readonly ToolCall[] {
    const seen = new Set<string>();
    return this.#slots
      .filter(({ name, argumentsJson }) => name !== '' && isWholeJson(argumentsJson))
      .map(({ id, name, argumentsJson }) => {
        const own = id === undefined || seen.has(id) ? `call_${newId()}` : id;
        seen.add(own);
        return { id: own, name, argumentsJson };
      });
  }

  #add(delta: Fields): void {
    const called: Fields = isFields(delta['function']) ? delta['function'] : {};
    const index = finiteOf(delta['index']);
    const id = textOf(delta['id']);
    const name = textOf(called['name']);
    const slot = this.#slotFor(index, id, name);
    slot.id ??= id;
    if (slot.name === '') slot.name = name ?? '';
    const given = called['arguments'];
    slot.argumentsJson += typeof given === 'string' ? given : isFields(given) ? JSON.stringify(given) : '';
  }

  #slotFor(index: number | undefined, id: string | undefined, name: string | undefined): Slot {
    const same = index === undefined ? this.#withoutIndex(id, name) : this.#withIndex(index, id, name);
    if (same !== undefined) return same;
    const slot: Slot = { index, id: undefined, name: '', argumentsJson: '' };
    this.#slots.push(slot);
    return slot;
  }

  #withIndex(index: number, id: string | undefined, name: string | undefined): Slot | undefined {
    const slot = this.#slots.findLast((one) => one.index === index);
    // Another id with a name of its own: another call under the same number.
    const isOther = slot?.id !== undefined && id !== undefined && slot.id !== id && name !== undefined;
    return isOther ? undefined : slot;
  }

  #withoutIndex(id: string | undefined, name: string | undefined): Slot | undefined {
    if (id !== undefined) return this.#slots.find((slot) => slot.id === id);
    return name === undefined ? this.#slots.at(-1) : undefined;
  }
}
