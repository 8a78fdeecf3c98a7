import type { TurnRecord } from '../kept/index.js';
import type { ChatMessage } from '../llm/index.js';
import { type Clock, Emitter } from '../runtime/index.js';
import { HistoryEntry } from './history-entry.js';
import type { HistorySettings, InitialMessage } from './settings.js';
import { TokenEstimate } from './tokens.js';
import type { TurnBy, TurnEnd } from './turn.js';

/** One line of the transcript. */
export interface Said {
  readonly turn: number;
  readonly role: 'user' | 'assistant';
  readonly by: TurnBy;
  /** Of the avatar: what was heard. */
  readonly text: string;
  /** `open`: the turn is under way. */
  readonly outcome: TurnEnd['outcome'] | 'open';
}

export interface HistoryOptions {
  readonly clock: Clock;
  readonly settings: HistorySettings;
  /** First turn of every context. @default '' */
  readonly welcome?: string;
  /** @default [] */
  readonly initialMessages?: readonly InitialMessage[];
  /** Turns of an earlier session that goes on, oldest first. @default [] */
  readonly earlier?: readonly TurnRecord[];
}

/** What one request adds to the history. */
export interface RequestParts {
  /** With its parameters filled in. */
  readonly systemPrompt: string;
  /** Paragraphs that join it: how to use tools. */
  readonly instructions?: readonly string[];
  /** Estimated tokens of what else goes along. */
  readonly extraTokens?: number;
}

/** Lines of turns that are no longer sent. */
const MAX_PAST_LINES = 400;

/**
 * What was said, as it was heard: the memory of one conversation, or shared by several.
 *
 * A request is the system prompt, the welcome and initial messages, the newest turns that fit, and the turn that asks; whole turns fall
 * away, oldest first, so that no pair and no call is ever parted, and the system prompt and the asking turn never do. Turns that failed
 * are not sent. That the last reply was interrupted is told once, in the system prompt, never among the words.
 */
export class History {
  readonly tokens = new TokenEstimate();
  /** `forgotten`: a new context began, by whichever conversation. */
  readonly events = new Emitter<{ forgotten: [] }>();
  readonly #options: HistoryOptions;
  #entries: HistoryEntry[] = [];
  #past: Said[] = [];
  #lastAtMs: number | undefined;
  #turns = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
    for (const record of options.earlier ?? []) this.#entries.push(HistoryEntry.kept(record));
    this.#turns = this.#entries.length;
    this.#trim();
  }

  /** How many turns there have been, of every conversation that shares this. */
  get turns(): number {
    return this.#turns;
  }

  /** A turn begins: starts a new context when the last one is too old. */
  wake(): void {
    const { clock, settings } = this.#options;
    const nowMs = clock.nowMs();
    const isOld =
      settings.timeoutMs > 0 && this.#lastAtMs !== undefined && nowMs - this.#lastAtMs > settings.timeoutMs;
    this.#lastAtMs = nowMs;
    if (isOld && this.#entries.length > 0) this.forget();
  }

  /** The turn joins what was said. */
  add(entry: HistoryEntry): void {
    this.#turns++;
    this.touch();
    this.#entries.push(entry);
    this.#trim();
  }

  /** Another turn has taken up its words. */
  remove(entry: HistoryEntry): void {
    this.#entries = this.#entries.filter((one) => one !== entry);
  }

  /** Something was said: the context lives on. */
  touch(): void {
    this.#lastAtMs = this.#options.clock.nowMs();
  }

  /** Nothing before this moment is sent any more, nor shown; turns under way, of whichever conversation, are no part of what follows. */
  forget(): void {
    this.#entries = [];
    this.#past = [];
    this.events.emit('forgotten');
  }

  /** Oldest first: the welcome, then every turn, those that failed among them. */
  said(): readonly Said[] {
    const { welcome = '' } = this.#options;
    const first: readonly Said[] =
      welcome === ''
        ? []
        : [{ turn: 0, role: 'assistant', by: 'avatar', text: welcome, outcome: 'completed' }];
    return [...first, ...this.#past, ...this.#entries.flatMap((entry) => entry.said())];
  }

  /** What the model is given when `asking` asks; see the class. It need not have been added. */
  request(asking: HistoryEntry, parts: RequestParts): readonly ChatMessage[] {
    const { settings, welcome = '', initialMessages = [] } = this.#options;
    const before = this.#before(asking);
    const system = systemMessage([parts.systemPrompt, ...(parts.instructions ?? []), this.noteFor(asking)]);
    const own = asking.messages();
    const initial: readonly ChatMessage[] = [
      ...(welcome === '' ? [] : [{ role: 'assistant' as const, text: welcome }]),
      ...initialMessages,
    ];
    let left = settings.maxTokens - (parts.extraTokens ?? 0) - this.#cost([...system, ...own]);
    const kept: (readonly ChatMessage[])[] = [];
    // The asking turn is one of the pairs.
    const newest = settings.maxPairs > 1 ? before.slice(1 - settings.maxPairs) : [];
    for (const [age, entry] of newest.toReversed().entries()) {
      const messages = entry.messages(age + 1);
      left -= this.#cost(messages);
      if (left < 0) break;
      kept.unshift(messages);
    }
    const isAll = kept.length === before.length && this.#past.length === 0;
    const opening = isAll && left >= this.#cost(initial) ? initial : [];
    return [...system, ...joined([...opening, ...kept.flat(), ...own])];
  }

  /** What a model must be told of the last reply when `asking` asks: it was interrupted. '' for nothing. */
  noteFor(asking: HistoryEntry): string {
    const isCut = this.#before(asking).at(-1)?.outcome === 'interrupted';
    return isCut ? this.#options.settings.interruptedNote : '';
  }

  #before(asking: HistoryEntry): readonly HistoryEntry[] {
    return this.#entries.filter((entry) => entry !== asking && entry.outcome !== 'failed');
  }

  #cost(messages: readonly ChatMessage[]): number {
    return messages.reduce((sum, message) => sum + this.tokens.of(message), 0);
  }

  #trim(): void {
    const { maxPairs } = this.#options.settings;
    for (;;) {
      const sent = this.#entries.filter(({ outcome }) => outcome !== 'failed').length;
      // Those that failed are not sent and count for nothing, but must not gather either.
      if (sent <= maxPairs && this.#entries.length <= 2 * maxPairs) return;
      const at = this.#entries.findIndex(({ outcome }) => outcome !== 'open');
      if (at < 0) return;
      const [old] = this.#entries.splice(at, 1);
      this.#past = [...this.#past, ...(old?.said() ?? [])].slice(-MAX_PAST_LINES);
    }
  }
}

/** `{name}` by its value; names that nobody gave a value stay as they are. */
export function fillIn(prompt: string, parameters: Readonly<Record<string, string>>): string {
  return prompt.replace(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) =>
    Object.hasOwn(parameters, name) ? (parameters[name] ?? whole) : whole,
  );
}

function systemMessage(paragraphs: readonly string[]): readonly ChatMessage[] {
  const text = paragraphs.filter((paragraph) => paragraph.trim() !== '').join('\n\n');
  return text === '' ? [] : [{ role: 'system', text }];
}

/** Many models want user and avatar in turns: what one of them said in a row, as when a reply was never heard, is one message. */
function joined(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const all: ChatMessage[] = [];
  for (const message of messages) {
    const last = all.at(-1);
    if (last?.role === 'user' && message.role === 'user') {
      const images = [...(last.images ?? []), ...(message.images ?? [])];
      const text = [last.text, message.text].filter((part) => part !== '').join('\n');
      all[all.length - 1] = { role: 'user', text, ...(images.length > 0 ? { images } : {}) };
    } else if (
      last?.role === 'assistant' &&
      message.role === 'assistant' &&
      isPlain(last) &&
      isPlain(message)
    )
      all[all.length - 1] = { role: 'assistant', text: `${last.text}\n${message.text}` };
    else all.push(message);
  }
  return all;
}

function isPlain(message: Extract<ChatMessage, { readonly role: 'assistant' }>): boolean {
  return message.calls === undefined && message.vendor === undefined;
}
