import { REALTIME_BYTES_PER_MS } from '../realtime.js';

/** What the model must forget of one item. */
export type ItemCut =
  | { readonly how: 'delete'; readonly itemId: string }
  | {
      readonly how: 'truncate';
      readonly itemId: string;
      readonly contentIndex: number;
      readonly heardMs: number;
    };

interface AnswerItem {
  readonly itemId: string;
  readonly kind: string;
  contentIndex: number;
  soundBytes: number;
}

/** The items of one answer in the order in which they came, with their sound: what was heard of the answer is found in them. */
export class AnswerItems {
  readonly #items: AnswerItem[] = [];

  add(itemId: string, kind: string): void {
    if (itemId !== '' && this.#find(itemId) === undefined)
      this.#items.push({ itemId, kind, contentIndex: 0, soundBytes: 0 });
  }

  addSound(itemId: string, contentIndex: number, bytes: number): void {
    this.add(itemId, 'message');
    const item = this.#find(itemId);
    if (item === undefined) return;
    item.contentIndex = contentIndex;
    item.soundBytes += bytes;
  }

  /** Of all the sound that came. */
  get soundMs(): number {
    return this.#items.reduce((sum, { soundBytes }) => sum + soundBytes / REALTIME_BYTES_PER_MS, 0);
  }

  /**
   * What must be cut so that the answer ends where the ear stopped.
   *
   * A server refuses to truncate to more than there is ("already shorter than"), and what has no sound yet ("only model output audio
   * messages can be truncated"): the first is never asked for, the second is deleted. So is a call that nobody will answer; one that was
   * answered stays, for its result would be left without a call.
   *
   * @param heardMs - of the sound that came, from its first sample.
   * @param isWhole - all of the answer has come: its last item needs no cut when all of it was heard.
   * @param isAnswered - whether an item is a call whose result the server has.
   * @source openai-node realtime.ts ConversationItemTruncateEvent; livekit/agents#6157; openai-agents-python#4122
   */
  cuts(
    heardMs: number,
    isWhole: boolean,
    isAnswered: (itemId: string) => boolean = () => false,
  ): readonly ItemCut[] {
    let startMs = 0;
    return this.#items.flatMap((item, at): readonly ItemCut[] => {
      const { itemId, contentIndex, soundBytes, kind } = item;
      const lengthMs = soundBytes / REALTIME_BYTES_PER_MS;
      const heardHereMs = Math.min(lengthMs, heardMs - startMs);
      startMs += lengthMs;
      if (isAnswered(itemId)) return [];
      const isComplete = isWhole || at < this.#items.length - 1;
      if (kind === 'message' && isComplete && lengthMs > 0 && heardHereMs >= lengthMs) return [];
      const wholeMs = Math.floor(heardHereMs);
      if (kind !== 'message' || wholeMs <= 0) return [{ how: 'delete', itemId }];
      return [{ how: 'truncate', itemId, contentIndex, heardMs: wholeMs }];
    });
  }

  #find(itemId: string): AnswerItem | undefined {
    return this.#items.find((item) => item.itemId === itemId);
  }
}
