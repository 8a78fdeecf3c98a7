import type { ChatMessage } from '../chat-model.js';

export type Turn = Exclude<ChatMessage, { role: 'system' }>;
type UserTurn = Extract<ChatMessage, { role: 'user' }>;
type AssistantTurn = Extract<ChatMessage, { role: 'assistant' }>;

/** Stands in for a user who has not spoken yet, where a vendor lets nobody else begin. */
const BEGINNING = '(The conversation begins.)';
/** Stands in for a result that never came, because the turn was cut. */
const NO_RESULT = 'The call was cut off: there is no result.';

/**
 * Messages without what every vendor refuses: turns with nothing in them, results of calls that are not there, calls without a
 * result. A history that was cut by interruptions and limits has all of them.
 */
export function soundMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const sound: ChatMessage[] = [];
  let open: AssistantTurn['calls'] = [];
  const closeCalls = (): void => {
    for (const { id, name } of open ?? [])
      sound.push({ role: 'tool', callId: id, name, result: NO_RESULT, isError: true });
    open = [];
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      if (open?.some(({ id }) => id === message.callId) !== true) continue;
      open = open.filter(({ id }) => id !== message.callId);
      sound.push(message);
      continue;
    }
    closeCalls();
    if (isEmpty(message)) continue;
    sound.push(message);
    if (message.role === 'assistant') open = message.calls ?? [];
  }
  closeCalls();
  return sound;
}

function isEmpty(message: ChatMessage): boolean {
  const hasText = message.role !== 'tool' && message.text.trim() !== '';
  if (message.role === 'user') return !hasText && (message.images?.length ?? 0) === 0;
  if (message.role === 'assistant') return !hasText && (message.calls?.length ?? 0) === 0;
  return !hasText;
}

/**
 * The form that the strictest take: the system's words apart, wherever they stood; a user first; nobody twice in a row, but for
 * results behind one another.
 */
export function strictTurns(messages: readonly ChatMessage[]): {
  /** `''`: there are none. */
  readonly system: string;
  readonly turns: readonly Turn[];
} {
  const sound = soundMessages(messages);
  const system = sound.flatMap((message) => (message.role === 'system' ? [message.text] : [])).join('\n\n');
  const turns: Turn[] = [];
  for (const message of sound) {
    if (message.role === 'system') continue;
    if (turns.length === 0 && message.role !== 'user') turns.push({ role: 'user', text: BEGINNING });
    const last = turns.at(-1);
    const joined = last === undefined ? undefined : joinedTurn(last, message);
    if (joined === undefined) turns.push(message);
    else turns[turns.length - 1] = joined;
  }
  return { system, turns };
}

function joinedTurn(before: Turn, next: Turn): Turn | undefined {
  if (before.role === 'user' && next.role === 'user') return joinedUser(before, next);
  if (before.role !== 'assistant' || next.role !== 'assistant') return undefined;
  // What the model gave for itself has its place in its own words: it is not moved.
  if (before.vendor !== undefined || next.vendor !== undefined || before.calls !== undefined)
    return undefined;
  return { ...next, text: lines(before.text, next.text) };
}

function joinedUser(before: UserTurn, next: UserTurn): UserTurn {
  const images = [...(before.images ?? []), ...(next.images ?? [])];
  return {
    role: 'user',
    text: lines(before.text, next.text),
    ...(images.length === 0 ? {} : { images }),
  };
}

function lines(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n');
}

/** A `data:` URL with base64 taken apart; undefined: it is none. */
export function dataUrl(url: string): { readonly mediaType: string; readonly base64: string } | undefined {
  const match = /^data:([a-z]+\/[a-z0-9.+-]+)(?:;[a-z0-9=-]+)*;base64,/i.exec(url);
  return match?.[1] === undefined ? undefined : { mediaType: match[1], base64: url.slice(match[0].length) };
}

/** Arguments of a call as an object; `{}` for what is none. */
export function argumentsOf(argumentsJson: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(argumentsJson);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** Whether arguments came whole: JSON, or nothing at all. */
export function isWholeJson(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
