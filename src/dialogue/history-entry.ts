import type { TurnRecord } from '../kept/index.js';
import type { ChatMessage, ToolCall } from '../llm/index.js';
import type { HeardReply } from '../reply/index.js';
import { CallTimes } from './call-times.js';
import type { Said } from './history.js';
import type { TurnBy, TurnEnd } from './turn.js';

/** A piece of a reply as the history must know it to be cut where the ear stopped. */
export interface EntryPiece {
  /** As the model wrote it, tags included; a piece that a guard changed: as it was said. */
  raw: string;
  text: string;
  /** Tags before the words, as they stood. */
  readonly tags: string;
  /** Its number among the pieces handed to the voice; `silent`: it has no words; `waiting`: the voice has not been given it. */
  spoken: number | 'silent' | 'waiting';
}

/** One message of the model. */
export interface AssistantStep {
  readonly role: 'assistant';
  readonly pieces: EntryPiece[];
  calls: readonly ToolCall[];
  vendor: readonly unknown[];
}

type Step =
  | AssistantStep
  | Extract<ChatMessage, { readonly role: 'tool' }>
  | Extract<ChatMessage, { readonly role: 'user' }>;

/** What a model reads as the result of a call that the user's interruption ended: the call may have had its effect. */
const NO_RESULT = 'No result: the user interrupted before the tool had answered.';
/** Stands where a picture stood that is too old to be sent again. */
const OLD_PICTURE = '(a picture)';
/** Pictures of this many turns are sent; older ones cost more than they tell. */
const PICTURE_TURNS = 3;

/**
 * One turn of the history: what the user said, and what was heard of the answer, with its calls.
 *
 * Its messages are valid at any moment: every call has its result, and no text is there that nobody heard. An interruption leaves no
 * mark among the words.
 */
export class HistoryEntry {
  readonly turn: number;
  readonly by: TurnBy;
  text: string;
  images: readonly string[];
  readonly callTimes = new CallTimes();
  readonly #steps: Step[] = [];
  #outcome: TurnEnd['outcome'] | 'open' = 'open';
  #heard: HeardReply | undefined;
  /** What stands in the history in place of the reply. */
  #replaced: string | undefined;
  #isAsking = false;

  constructor(facts: {
    readonly turn: number;
    readonly by: TurnBy;
    readonly text: string;
    readonly images?: readonly string[];
  }) {
    this.turn = facts.turn;
    this.by = facts.by;
    this.text = facts.text;
    this.images = facts.images ?? [];
  }

  /** A turn of an earlier session, as it was kept: the words that were heard; its calls and pictures are forgotten. */
  static kept({ turn, by, user, heard, outcome }: TurnRecord): HistoryEntry {
    const entry = new HistoryEntry({ turn, by, text: user });
    if (heard !== '') {
      entry.beginAnswer().pieces.push({ raw: heard, text: heard, tags: '', spoken: 'silent' });
      entry.replaceReply(heard);
    }
    entry.finish(outcome, undefined);
    return entry;
  }

  get outcome(): TurnEnd['outcome'] | 'open' {
    return this.#outcome;
  }

  /** A new message of the model begins: the caller adds its pieces as they come, and its calls at the end. */
  beginAnswer(): AssistantStep {
    const step: AssistantStep = { role: 'assistant', pieces: [], calls: [], vendor: [] };
    this.#steps.push(step);
    return step;
  }

  addResult(call: ToolCall, result: string, isError: boolean): void {
    this.#steps.push({ role: 'tool', callId: call.id, name: call.name, result, isError });
  }

  /** A picture, or what stands in its place, as the user's next message. */
  addPicture(text: string, images: readonly string[]): void {
    this.#steps.push({ role: 'user', text, images, isNote: true });
  }

  /** In place of the whole reply, by a guard. */
  replaceReply(text: string): void {
    this.#replaced = text;
  }

  finish(outcome: TurnEnd['outcome'], heard: HeardReply | undefined): void {
    this.#outcome = outcome;
    this.#heard = heard;
  }

  /** As the model gave it, tags included. */
  reply(): string {
    return this.#steps
      .map((step) => (step.role === 'assistant' ? step.pieces.map(({ raw }) => raw).join('') : ''))
      .join('');
  }

  /** Calls with what came of them, for the record. @param wallOffsetMs - from the monotonic clock to the wall clock. */
  calls(wallOffsetMs: number): NonNullable<TurnRecord['calls']> {
    const results = new Map(
      this.#steps.flatMap((step) => (step.role === 'tool' ? [[step.callId, step] as const] : [])),
    );
    return this.#steps
      .flatMap((step) => (step.role === 'assistant' ? step.calls : []))
      .map(({ id, name, argumentsJson }, index, all) => {
        const { result = null, isError = true } = results.get(id) ?? {};
        const before = all.slice(0, index).filter((call) => call.id === id).length;
        const { atMs, tookMs } = this.callTimes.of(id, before) ?? {};
        return {
          ...{ name, arguments: argumentsJson, result, isError },
          ...(atMs === undefined ? {} : { atMs: Math.round(wallOffsetMs + atMs) }),
          ...(tookMs === undefined ? {} : { tookMs: Math.round(tookMs * 10) / 10 }),
        };
      });
  }

  /**
   * @param age - how many turns came after it; 0: it is the one that asks. Pictures are left out of old ones, and a turn that is still
   * under way elsewhere counts as unheard.
   */
  messages(age = 0): readonly ChatMessage[] {
    if (this.#outcome === 'failed') return [];
    this.#isAsking = age === 0;
    const isNew = age < PICTURE_TURNS;
    const first = userMessage(this.text, this.images, isNew);
    const answers = this.#steps
      .flatMap((step, at) => this.#messageOf(step, at, isNew))
      .map((message, at, all) => withResults(message, all.slice(at + 1)));
    return [...first, ...answers.flat()];
  }

  said(): readonly Said[] {
    const { turn, by } = this;
    const outcome = this.#outcome;
    const heard = this.#heard?.text ?? (outcome === 'open' ? '' : this.#spokenText());
    return [
      ...(this.text === '' ? [] : [{ turn, by, role: 'user' as const, text: this.text, outcome }]),
      ...(heard === '' ? [] : [{ turn, by, role: 'assistant' as const, text: heard, outcome }]),
    ];
  }

  #messageOf(step: Step, at: number, isNew: boolean): readonly ChatMessage[] {
    if (step.role === 'tool') return [step];
    if (step.role === 'user')
      return this.#isHeardBehind(at) ? noted(userMessage(step.text, step.images ?? [], isNew)) : [];
    const isWhole = this.#isWhole();
    const cut = isWhole
      ? this.#wholeText(step)
      : step.pieces.map((piece) => this.#heardOf(piece, step)).join('');
    const text = this.#replaced === undefined ? cut : this.#isLastAnswer(at) ? this.#replaced : '';
    if (text.trim() === '' && step.calls.length === 0) return [];
    const keepsVendor = step.vendor.length > 0 && (step.calls.length > 0 || isWhole);
    return [
      {
        role: 'assistant',
        text,
        ...(step.calls.length > 0 ? { calls: step.calls } : {}),
        ...(keepsVendor ? { vendor: step.vendor } : {}),
      },
    ];
  }

  #heardOf(piece: EntryPiece, { pieces }: AssistantStep): string {
    const heard = this.#heard;
    if (heard === undefined || this.#outcome === 'dropped' || piece.spoken === 'waiting') return '';
    // What has no words counts as heard together with the words behind it.
    const behind = pieces
      .slice(pieces.indexOf(piece))
      .find(({ spoken }) => typeof spoken === 'number')?.spoken;
    if (typeof behind !== 'number' || behind > heard.pieces) return '';
    if (behind < heard.pieces) return piece.raw;
    if (heard.units === 0) return '';
    return piece.spoken === 'silent' ? piece.raw : piece.tags + piece.text.slice(0, heard.units);
  }

  /** What was not handed to the voice when all was over, a guard has kept back. */
  #wholeText({ pieces }: AssistantStep): string {
    const told = this.#outcome === 'open' ? pieces : pieces.filter(({ spoken }) => spoken !== 'waiting');
    return told.map(({ raw }) => raw).join('');
  }

  /** Whether a later message of this turn was heard, or still may be. */
  #isHeardBehind(at: number): boolean {
    if (this.#isWhole()) return true;
    return this.#steps
      .slice(at + 1)
      .some((step) => step.role === 'assistant' && this.#messageOf(step, at + 1, true).length > 0);
  }

  #isWhole(): boolean {
    return this.#outcome === 'completed' || (this.#outcome === 'open' && this.#isAsking);
  }

  #isLastAnswer(at: number): boolean {
    return !this.#steps.slice(at + 1).some(({ role }) => role === 'assistant');
  }

  #spokenText(): string {
    return this.#steps
      .flatMap((step) => (step.role === 'assistant' ? step.pieces.map(({ text }) => text) : []))
      .join('');
  }
}

type UserMessage = Extract<ChatMessage, { readonly role: 'user' }>;

function noted(messages: readonly UserMessage[]): readonly UserMessage[] {
  return messages.map((message) => ({ ...message, isNote: true }));
}

function userMessage(text: string, images: readonly string[], isNew: boolean): readonly UserMessage[] {
  if (text === '' && images.length === 0) return [];
  if (images.length === 0) return [{ role: 'user', text }];
  return isNew
    ? [{ role: 'user', text, images }]
    : [{ role: 'user', text: text === '' ? OLD_PICTURE : text }];
}

/** The message, with a result for each of its calls that has none. */
function withResults(message: ChatMessage, behind: readonly ChatMessage[]): readonly ChatMessage[] {
  if (message.role !== 'assistant' || message.calls === undefined) return [message];
  const answered = new Set(behind.flatMap((next) => (next.role === 'tool' ? [next.callId] : [])));
  const missing = message.calls.filter(({ id }) => !answered.has(id));
  return [
    message,
    ...missing.map(({ id, name }) => ({
      role: 'tool' as const,
      callId: id,
      name,
      result: NO_RESULT,
      isError: true,
    })),
  ];
}
