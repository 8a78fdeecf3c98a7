import { inOneLine } from '../../runtime/index.js';
import type { ChatMessage, ChatRequest, ToolSpec } from '../chat-model.js';

export type OfflineLanguage = 'ja' | 'en';

/** What the offline model understands of a request. */
export interface Conversation {
  readonly language: OfflineLanguage;
  readonly system: string;
  /** The user's last words, trimmed, widths folded. */
  readonly words: string;
  /** What the user said before, oldest first. */
  readonly before: readonly string[];
  /** Whether the user's last words came with a picture. */
  readonly hasImage: boolean;
  /** What came of a look through the camera since the user's last words. */
  readonly look: 'seen' | 'failed' | undefined;
  /** Whether it has already said what it is. */
  readonly isIntroduced: boolean;
  /** The user's name, once told. */
  readonly userName: string | undefined;
  /** What a tool gave since the user's last words. */
  readonly toolResult:
    | { readonly name: string; readonly text: string; readonly isError: boolean }
    | undefined;
  /** Empty when none may be called. */
  readonly tools: readonly ToolSpec[];
  readonly mustCall: boolean;
}

/** Part of both introductions, and of nothing else that it says. */
export const INTRODUCTION_MARKS = /built-in demonstration|内蔵のデモ/;

export function readConversation(
  { messages, tools = [], toolChoice = 'auto' }: ChatRequest,
  language: OfflineLanguage | 'auto',
): Conversation {
  const users = messages.filter(isSaid);
  const last = users.at(-1);
  const said = users.map(({ text }) => folded(text));
  const words = said.at(-1) ?? '';
  const system = textsOf(messages, 'system').join('\n');
  const after = last === undefined ? messages : messages.slice(messages.lastIndexOf(last) + 1);
  const look = lookIn(after);
  const result = look === undefined ? after.findLast((message) => message.role === 'tool') : undefined;
  return {
    language: language === 'auto' ? languageOf([...said].reverse(), system) : language,
    system,
    words,
    before: said.slice(0, -1),
    hasImage: result === undefined && (last?.images?.length ?? 0) > 0,
    look,
    isIntroduced: textsOf(messages, 'assistant').some((text) => INTRODUCTION_MARKS.test(text)),
    userName: nameIn([...said].reverse()),
    toolResult:
      result === undefined
        ? undefined
        : { name: result.name, text: result.result, isError: result.isError ?? false },
    tools: toolChoice === 'none' ? [] : tools,
    mustCall: toolChoice === 'required',
  };
}

type Said = Extract<ChatMessage, { readonly role: 'user' }>;

function isSaid(message: ChatMessage): message is Said {
  return message.role === 'user' && message.isNote !== true;
}

/** Pictures that a tool gave belong to its result. */
function lookIn(after: readonly ChatMessage[]): Conversation['look'] {
  const note = after.at(-1);
  if (note?.role !== 'user' || note.isNote !== true || after.at(-2)?.role === 'tool') return undefined;
  return (note.images?.length ?? 0) > 0 ? 'seen' : 'failed';
}

function textsOf(messages: readonly ChatMessage[], role: 'system' | 'assistant'): readonly string[] {
  return messages.flatMap((message) => (message.role === role ? [message.text] : []));
}

function folded(text: string): string {
  return inOneLine(text.normalize('NFKC'));
}

const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/;

/** Of the newest words that tell; else of the prompt; else English. */
function languageOf(newestFirst: readonly string[], system: string): OfflineLanguage {
  for (const words of newestFirst) {
    if (JAPANESE.test(words)) return 'ja';
    if (/[A-Za-z]{2}/.test(words)) return 'en';
  }
  return JAPANESE.test(system) ? 'ja' : 'en';
}

/** Only plain ways to tell a name: "I am fine" tells none. */
const NAME_FORMS: readonly RegExp[] = [
  /\b(?:my name is|call me|i am called|i'm called)\s+([\p{L}][\p{L}'-]{0,30}(?:\s\p{Lu}[\p{L}'-]{0,30})?)/iu,
  /(?:(?:私|僕|俺|わたし|ぼく|おれ)の)?名前は\s*([^\s、。!?]{1,12}?)(?:です|だよ|だ|といいます|と言います|と申します|[、。!]|$)/u,
  /^(?:(?:私|僕|俺|わたし|ぼく|おれ)は)?\s*([^\s、。!?は]{1,12}?)(?:といいます|と言います|と申します|って呼んで|と呼んで)/u,
];
/** Asked, not told. */
const NO_NAMES = /^(?:what|何|なに|なん|誰|だれ|教えて)/i;

/** The name that is told in these words, if any. */
export function nameToldIn(words: string): string | undefined {
  if (/[?]\s*$/.test(words)) return undefined;
  for (const form of NAME_FORMS) {
    const name = form.exec(words)?.[1]?.replace(/さん$/, '');
    if (name !== undefined && name !== '' && !NO_NAMES.test(name)) return name;
  }
  return undefined;
}

function nameIn(newestFirst: readonly string[]): string | undefined {
  for (const words of newestFirst) {
    const name = nameToldIn(words);
    if (name !== undefined) return name;
  }
  return undefined;
}
